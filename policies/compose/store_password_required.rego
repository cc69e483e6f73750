# METADATA
# title: Store runs without a password when a variable is missing
# description: >-
#   Compose replaces a variable without a value by nothing and only logs a warning. Valkey takes an
#   empty requirepass as no password.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-3.30]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-306]
#   fix: safe
#   remediation: >-
#     Write the variable as ${NAME:?}, so that the stack does not start without it.
#   bad: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         command: ["valkey-server", "--requirepass", "${VALKEY_PASS}"]
#   good: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         command: ["valkey-server", "--requirepass", "${VALKEY_PASS:?}"]
package policies.compose.store_password_required

subjects contains name if {
	some name, service in input.facts.services
	service.product == "valkey"
	some password in service.passwords
	password.state in {"variable", "literal"}
}

results contains result if {
	some name in subjects
	some password in input.facts.services[name].passwords
	count(password.optional) > 0
	result := object.union(
		{
			"message": sprintf("store %s has no password when %s is not set", [name, concat(", ", password.optional)]),
			"path": password.path,
		},
		fix(password),
	)
}

fix(password) := {"fix": {"op": "set", "path": password.path, "value": password.required}} if {
	password.required != ""
}

fix(password) := {} if password.required == ""
