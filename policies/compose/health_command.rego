# METADATA
# title: Health check of the backend says little
# description: >-
#   A check through a shell fails in an image without one, and a check over plain HTTP asks
#   another address than users do.
# scope: package
# custom:
#   severity: low
#   controls: [SHG-3.23]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Write the test in exec form, ["CMD", ...], and ask https://localhost:8080/health or a
#     program of the image.
#   bad: |
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         healthcheck:
#           test: curl http://localhost:8080/
#   good: |
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         healthcheck:
#           test: ["CMD", "wget", "-qO-", "https://localhost:8080/health"]
package policies.compose.health_command

subjects contains name if {
	some name, service in input.facts.services
	service.role == "backend"
	service.health.set
}

results contains result if {
	some name in subjects
	some problem in problems(input.facts.services[name].check)
	result := {
		"message": sprintf("the health check of service %s %s", [name, problem]),
		"path": ["services", name, "healthcheck", "test"],
		"identity": [problem],
	}
}

problems(check) := ({"runs through a shell" | check.shell} | {"asks over plain HTTP" |
	some word in check.words
	contains(word, "http://")
}) | {"asks another address than /health" |
	some word in check.words
	contains(word, "https://")
	not contains(word, "health")
}
