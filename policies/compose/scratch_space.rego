# METADATA
# title: Read-only service has nowhere to write
# description: >-
#   Most programs write temporary files. On a read-only root file system without a tmpfs or volume
#   they fail at the first request instead of at the start.
# scope: package
# custom:
#   severity: low
#   controls: [SHG-3.11]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Give the service a tmpfs with a size for its scratch files, such as /tmp:size=64m.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         read_only: true
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         read_only: true
#         tmpfs: ["/tmp:size=64m"]
package policies.compose.scratch_space

subjects contains name if {
	some name, service in input.services
	service.read_only == true
}

results contains result if {
	some name in subjects
	facts := input.facts.services[name]
	count(facts.tmpfs) == 0
	not writable(facts)
	result := {
		"message": sprintf("service %s has a read-only root file system and neither a tmpfs nor a volume to write to", [name]),
		"path": ["services", name, "read_only"],
		"fix": {"op": "append", "path": ["services", name, "tmpfs"], "value": "/tmp:size=64m"},
	}
}

writable(facts) if {
	some mount in facts.mounts
	not mount.read_only
}
