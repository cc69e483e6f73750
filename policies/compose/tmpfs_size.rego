# METADATA
# title: Memory-backed mount has no size
# description: >-
#   Without a size a tmpfs may grow to half of the host's memory, and a service that fills it takes
#   the others down.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-3.12]
#   profiles: [guide, strict]
#   tags: [CWE-400]
#   remediation: >-
#     Add a size to the mount, such as /tmp:size=64m.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         tmpfs:
#           - /tmp
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         tmpfs:
#           - /tmp:size=64m
package policies.compose.tmpfs_size

subjects contains mount.path if {
	some service in input.facts.services
	some mount in service.tmpfs
}

results contains result if {
	some name, service in input.facts.services
	some mount in service.tmpfs
	not mount.size
	result := {
		"message": sprintf("tmpfs %s of service %s has no size and may take half of the host's memory", [mount.target, name]),
		"path": mount.path,
		"identity": [mount.target],
	}
}
