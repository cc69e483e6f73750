# METADATA
# title: Store's password stands in the file
# description: >-
#   A password in a Compose file is known to everybody who can read the repository, now and in its
#   history.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-3.29, SHG-5.04]
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

import data.policies.lib.compose

subjects contains name if {
	some name, service in input.facts.services
	count(service.passwords) > 0
}

# What takes its password from elsewhere is decided where that is seen.
unknown contains {"subject": name, "reason": "the file that it takes its password from is not seen", "path": password.path} if {
	some name in subjects
	some password in input.facts.services[name].passwords
	password.state == "file"
	not seen(name, password)
}

unknown contains {"subject": name, "reason": "it has no password", "path": password.path} if {
	some name in subjects
	some password in input.facts.services[name].passwords
	password.state == "empty"
}

seen(name, password) if {
	password.path[2] == "environment"
	compose.given_file(name, sprintf("%v", [object.get(input, password.path, "")]))
}

seen(name, password) if {
	password.path[2] != "environment"
	input.facts.services[name].access.state == "closed"
}

results contains result if {
	some name in subjects
	access := input.facts.services[name].access
	access.literal
	result := {
		"message": sprintf("the password of store %s stands in %s", [name, access.literal]),
		"path": access.path,
	}
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
