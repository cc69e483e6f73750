# METADATA
# title: Secret stands in the file
# description: >-
#   What is written in a Compose file is known to everybody who can read the repository, its history,
#   or docker inspect.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.48, SHG-5.04, SHG-5.14]
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

results contains result if {
	some name, service in input.facts.services
	some secret in service.secrets
	not secret.path in {p.path | some p in service.passwords}
	result := {
		"message": sprintf("%s %s of service %s holds a secret%s", [secret.from, secret.key, name, source(secret)]),
		"path": secret.path,
	}
}

source(secret) := " as the default of a variable" if secret.default

source(secret) := "" if not secret.default
