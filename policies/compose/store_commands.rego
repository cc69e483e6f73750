# METADATA
# title: Destructive store commands are available
# description: >-
#   FLUSHALL, CONFIG and DEBUG delete all data or change the server. An application needs none of
#   them.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-3.32]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Give the application a user without @dangerous in an ACL file. Renaming FLUSHALL is accepted
#     but deprecated, and it leaves the other commands.
#   bad: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         command: ["valkey-server", "--requirepass", "${VALKEY_PASS:?}"]
#   good: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         command: ["valkey-server", "--aclfile", "/run/secrets/users.acl"]
package policies.compose.store_commands

subjects contains name if {
	some name, service in input.facts.services
	service.product == "valkey"
}

unknown contains {"subject": name, "reason": "its configuration file is not read", "path": password.path} if {
	some name in subjects
	service := input.facts.services[name]
	not restricted(service)
	some password in from_file(service)
}

# from_file are the configuration files named that say nothing that was read.
from_file(service) := {password |
	some password in service.passwords
	password.state == "file"
	password.path[2] != "environment"
	not object.get(service, ["access", "state"], "") in {"closed", "open"}
}

results contains result if {
	some name in subjects
	service := input.facts.services[name]
	not restricted(service)
	count(from_file(service)) == 0
	result := {
		"message": sprintf("every client of store %s may use destructive commands", [name]),
		"path": ["services", name, "command"],
	}
}

restricted(service) if service.access.restricted

restricted(service) if {
	some word in service.words
	trim_left(word.text, "-") == "rename-command"
}

restricted(service) if {
	some word in service.words
	contains(word.text, "-@dangerous")
}
