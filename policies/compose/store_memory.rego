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

# What a configuration file sets is not seen here.
subjects contains name if {
	some name, service in input.facts.services
	service.product == "valkey"
	not from_file(service)
}

results contains result if {
	some name in subjects
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

from_file(service) if {
	some word in service.words
	word.from != "healthcheck"
	regex.match(`\.conf(ig)?$`, word.text)
}
