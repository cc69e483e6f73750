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
#     Remove the flag and give the program the CA, such as with --ca-certificate or --cacert.
#   bad: |
#     FROM registry.example.org/base-nonroot:1.0
#     HEALTHCHECK CMD ["wget", "--no-check-certificate", "-qO-", "https://localhost:8080/health"]
#   good: |
#     FROM registry.example.org/base-nonroot:1.0
#     HEALTHCHECK CMD ["wget", "--ca-certificate=/ca.pem", "-qO-", "https://localhost:8080/health"]
package policies.dockerfile.health_tls

subjects contains i if {
	some i, _ in input.facts.stages
	some instruction in input.stages[i].instructions
	upper(instruction.name) == "HEALTHCHECK"
}

results contains result if {
	some stage in input.facts.stages
	some word in stage.insecure
	result := {
		"message": sprintf("the health check accepts any certificate (%s)", [word.text]),
		"path": word.path,
		"identity": [word.text],
	}
}
