# METADATA
# title: Health check does not verify the certificate
# description: >-
#   With the check of certificates switched off the health check passes on an expired certificate
#   and on somebody else answering.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-3.24]
#   profiles: [strict]
#   tags: [CWE-295]
#   remediation: >-
#     Remove the flag and give the program the CA, such as with --ca-certificate or --cacert and a
#     mounted file.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         healthcheck:
#           test: ["CMD", "wget", "--no-check-certificate", "-qO-", "https://localhost:8080/health"]
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         healthcheck:
#           test: ["CMD", "wget", "--ca-certificate=/run/secrets/ca", "-qO-", "https://localhost:8080/health"]
package policies.compose.health_tls

subjects contains name if {
	some name, service in input.facts.services
	service.health.set
}

results contains result if {
	some name in subjects
	some word in input.facts.services[name].insecure
	result := {
		"message": sprintf("the health check of service %s accepts any certificate (%s)", [name, word]),
		"path": ["services", name, "healthcheck", "test"],
		"identity": [word],
	}
}
