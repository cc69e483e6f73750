# METADATA
# title: Engine refuses the tmpfs options
# description: >-
#   The engine knows a fixed list of tmpfs options and refuses to start a container that names
#   another one.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.14]
#   profiles: [guide-literal, guide, strict, baseline]
#   fix: safe
#   remediation: >-
#     Remove the unknown option. nosymlink does not exist for a container's tmpfs.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         tmpfs:
#           - /tmp:size=64m,nosymlink
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         tmpfs:
#           - /tmp:size=64m,mode=1777
package policies.compose.tmpfs_options

subjects contains mount.path if {
	some service in input.facts.services
	some mount in service.tmpfs
}

results contains result if {
	some name, service in input.facts.services
	some mount in service.tmpfs
	count(mount.invalid) > 0
	result := {
		"message": sprintf("service %s cannot start: tmpfs %s has %s, which the engine refuses", [
			name, mount.target,
			concat(", ", mount.invalid),
		]),
		"path": mount.path,
		"identity": [mount.target],
		"fix": {"op": "set", "path": mount.path, "value": mount.valid},
	}
}
