# METADATA
# title: Store is hardened less than the backend
# description: >-
#   The store holds the data, so it deserves at least the protection that the backend gets: a
#   seccomp profile and a health check.
# scope: package
# custom:
#   severity: medium
#   severities: {strict: high}
#   controls: [SHG-3.38]
#   profiles: [guide, strict]
#   remediation: >-
#     Add a seccomp profile to security_opt, and a healthcheck.
#   bad: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#   good: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         security_opt:
#           - no-new-privileges:true
#           - seccomp:./seccomp-valkey.json
#         healthcheck:
#           test: ["CMD", "/usr/bin/valkey-health"]
package policies.compose.store_hardening

subjects contains name if {
	some name, service in input.facts.services
	service.role == "store"
}

results contains result if {
	some name in subjects
	some what, key in wanted
	not met(input.facts.services[name], what)
	result := {
		"message": sprintf("store %s has no %s", [name, what]),
		"path": ["services", name, key],
	}
}

# What a store needs, with the key that gives it.
wanted := {
	"health check": "healthcheck",
	"seccomp profile of its own": "security_opt",
}

met(service, "health check") if service.health.set

met(service, "seccomp profile of its own") if not service.seccomp.state in {null, "builtin"}
