# METADATA
# title: Store accepts connections without a password
# description: >-
#   Everybody who reaches the network of a store without authentication reads and changes its data,
#   and with Valkey or Redis often the host's files too.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-3.28]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-306]
#   remediation: >-
#     Give the store its accounts from a secret: --aclfile (or at least --requirepass) for Valkey,
#     POSTGRES_PASSWORD_FILE, MYSQL_ROOT_PASSWORD_FILE and the like for others. Remove switches
#     such as ALLOW_EMPTY_PASSWORD and trust.
#   bad: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#   good: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         command: ["valkey-server", "--aclfile", "/run/secrets/users.acl"]
package policies.compose.store_authentication

subjects contains name if {
	some name, service in input.facts.services
	service.role == "store"
	service.product in {"valkey", "postgres", "mysql"}
}

results contains result if {
	some name in subjects
	service := input.facts.services[name]
	open(service)
	result := {
		"message": sprintf("store %s lets everybody in: no password, ACL or configuration file is set", [name]),
		"path": place(name, service),
	}
}

# Valkey is open unless somebody closes it; the others only when somebody opens them.
open(service) if {
	service.product == "valkey"
	every password in service.passwords { password.state == "empty" }
}

open(service) if {
	service.product != "valkey"
	some password in service.passwords
	password.state == "empty"
}

place(_, service) := min({p.path | some p in service.passwords; p.state == "empty"})

place(name, service) := ["services", name, "command"] if count(service.passwords) == 0
