# METADATA
# title: Store has no limit of memory
# description: >-
#   Without maxmemory the store grows until the kernel kills it, and the ratio of used memory that
#   the alert watches is not defined.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-7.12]
#   profiles: [guide, strict]
#   remediation: >-
#     Add --maxmemory with a size below the limit of the container, and --maxmemory-policy.
#   bad: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         command: ["valkey-server", "--save", "60", "1"]
#   good: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         command: ["valkey-server", "--maxmemory", "512mb"]
package policies.compose.store_memory

subjects contains name if {
	some name, service in input.facts.services
	service.product == "valkey"
}

# What a configuration file sets is not seen here.
unknown contains {"subject": name, "reason": "its configuration file is not read", "path": ["services", name, "command"]} if {
	some name in subjects
	unread(input.facts.services[name])
	not limited(input.facts.services[name])
}

results contains result if {
	some name in subjects
	not unread(input.facts.services[name])
	not limited(input.facts.services[name])
	result := {
		"message": sprintf("store %s sets no maxmemory", [name]),
		"path": ["services", name, "command"],
	}
}

limited(service) if {
	some word in service.words
	trim_left(word.text, "-") == "maxmemory"
}

limited(service) if service.access.memory

unread(service) if {
	not object.get(service, ["access", "state"], "") in {"closed", "open"}
	some word in service.words
	word.from != "healthcheck"
	regex.match(`\.conf(ig)?$`, word.text)
}
