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
#     POSTGRES_PASSWORD_FILE, MYSQL_ROOT_PASSWORD_FILE, MONGO_INITDB_ROOT_PASSWORD_FILE and the
#     like for others. Remove switches such as ALLOW_EMPTY_PASSWORD, trust and
#     xpack.security.enabled=false.
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
	service.product in {"valkey", "postgres", "mysql", "mongo", "elasticsearch"}
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

# Some are open unless somebody closes them; the others only when somebody opens them.
unless_closed := {"valkey": "command", "mongo": "environment"}

open(service) if {
	unless_closed[service.product]
	every password in service.passwords { password.state == "empty" }
}

open(service) if {
	not unless_closed[service.product]
	some password in service.passwords
	password.state == "empty"
}

place(_, service) := min({p.path | some p in service.passwords; p.state == "empty"})

place(name, service) := ["services", name, unless_closed[service.product]] if count(service.passwords) == 0
