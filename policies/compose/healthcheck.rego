# METADATA
# title: Service does not report its health
# description: >-
#   Without a health check a hung service looks alive, and nothing that depends on it can wait.
#   Stores are judged by compose/store-hardening.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-3.22]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Add a healthcheck with a test in exec form whose program is in the image.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         healthcheck:
#           disable: true
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         healthcheck:
#           test: ["CMD", "/app/healthcheck"]
package policies.compose.healthcheck

subjects contains name if {
	some name, service in input.facts.services
	service.role != "store"
}

results contains result if {
	some name in subjects
	service := input.facts.services[name]
	not service.health.set
	result := {
		"message": sprintf("service %s %s", [name, problem(service.health)]),
		"path": ["services", name, "healthcheck"],
	}
}

problem(health) := "switches its health check off" if health.off

problem(health) := "has no health check" if not health.off
