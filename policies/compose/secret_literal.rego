# METADATA
# title: Secret stands in the file
# description: >-
#   What is written in a Compose file is known to everybody who can read the repository, its history,
#   or docker inspect.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.48, SHG-5.14]
#   profiles: [guide, strict]
#   tags: [CWE-798]
#   remediation: >-
#     Move the value into a secret file, mount it with secrets:, and name the file (for example
#     DB_PASSWORD_FILE). Change the value that was published.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         environment:
#           DB_PASSWORD: hunter2
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         environment:
#           DB_PASSWORD_FILE: /run/secrets/db
#         secrets: [db]
#     secrets:
#       db:
#         file: ./db.txt
package policies.compose.secret_literal

subjects contains name if some name, _ in input.facts.services

# A value that is partly a variable: the rest may be the secret.
unknown contains {"subject": name, "reason": sprintf("%s is made of text and variables", [key]), "path": ["services", name, "environment", key]} if {
	some variable in input.variables
	["services", name, "environment", key] = variable.path
	mixed(sprintf("%v", [object.get(input, array.concat(["raw"], variable.path), "")]))
}

# What a variable holds may well be secret; a word beside it in a secret's place may, too.
mixed(text) if {
	some userinfo in regex.find_all_string_submatch_n(`://[^/@\s:]*:([^/@\s]+)@`, text, -1)
	not regex.match(`^\$\{?\w+(:?-|:?\?[^}]*)?\}?$`, userinfo[1])
}

mixed(text) if {
	regex.match(`^[^\s$/:]{6,}\$\{?\w+\}?$|^\$\{\w+\}[^\s/:]{6,}$`, text)
}

results contains result if {
	some name, service in input.facts.services
	some secret in service.secrets
	not secret.path in {p.path | some p in service.passwords}
	result := {
		"message": sprintf("%s %s of service %s holds a secret%s", [secret.from, secret.key, name, source(secret)]),
		"path": secret.path,
		"identity": [secret.from, secret.key],
	}
}

source(secret) := " as the default of a variable" if secret.default

source(secret) := "" if not secret.default
