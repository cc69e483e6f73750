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

import data.policies.lib.compose

subjects contains name if {
	some name, service in input.facts.services
	service.role == "store"
}

known := {"valkey", "postgres", "mysql", "mongo", "elasticsearch"}

unknown contains {"subject": name, "reason": "how this product lets clients in is not known", "path": ["services", name, "image"]} if {
	some name in subjects
	not input.facts.services[name].product in known
}

unknown contains {"subject": name, "reason": access.why, "path": access.path} if {
	some name in subjects
	access := input.facts.services[name].access
	access.state == "unknown"
}

# Without a value there may be no password.
unknown contains {"subject": name, "reason": sprintf("%s has no value here", [concat(", ", password.optional)]), "path": password.path} if {
	some name in subjects
	some password in input.facts.services[name].passwords
	count(password.optional) > 0
}

# A password's file proves nothing unless something puts it there.
unknown contains {"subject": name, "reason": sprintf("nothing gives it the file %s", [file]), "path": password.path} if {
	some name in subjects
	some password in input.facts.services[name].passwords
	password.state == "file"
	password.path[2] == "environment"
	file := sprintf("%v", [object.get(input, password.path, "")])
	not compose.given_file(name, file)
}

unknown contains doubt if {
	some doubt in compose.undecided({"command", "entrypoint", "image"})
	doubt.subject in subjects
	count(input.facts.services[doubt.subject].passwords) == 0
}

results contains result if {
	some name in subjects
	service := input.facts.services[name]
	open(service)
	result := {
		"message": sprintf("store %s lets everybody in: no password, ACL or configuration file is set", [name]),
		"path": place(name, service),
		"identity": ["open"],
	}
}

results contains result if {
	some name in subjects
	access := input.facts.services[name].access
	access.state == "open"
	result := {"message": sprintf("store %s lets everybody in: %s", [name, access.why]), "path": access.path, "identity": ["open"]}
}

# Some are open unless somebody closes them; the others only when somebody opens them.
unless_closed := {"valkey": "command", "mongo": "environment"}

open(service) if {
	unless_closed[service.product]
	not decided(service)
	every password in service.passwords { password.state == "empty" }
}

open(service) if {
	service.product in known
	not unless_closed[service.product]
	some password in service.passwords
	password.state == "empty"
}

# decided is true when a configuration file was read: then its word counts.
decided(service) if service.access.state

place(_, service) := min({p.path | some p in service.passwords; p.state == "empty"})

place(name, service) := ["services", name, unless_closed[service.product]] if count(service.passwords) == 0
