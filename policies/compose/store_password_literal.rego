# METADATA
# title: Store's password stands in the file
# description: >-
#   A password in a Compose file is known to everybody who can read the repository, now and in its
#   history.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-3.29]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-798]
#   remediation: >-
#     Take the password from a secret file, or from a required variable such as ${STORE_PASSWORD:?}.
#     Change the password that was published.
#   bad: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         command: ["valkey-server", "--requirepass", "hunter2"]
#   good: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         command: ["valkey-server", "--requirepass", "${VALKEY_PASS:?}"]
package policies.compose.store_password_literal

subjects contains name if {
	some name, service in input.facts.services
	count(service.passwords) > 0
}

results contains result if {
	some name in subjects
	some password in input.facts.services[name].passwords
	password.state == "literal"
	result := {
		"message": sprintf("the password of store %s stands in the file", [name]),
		"path": password.path,
	}
}
