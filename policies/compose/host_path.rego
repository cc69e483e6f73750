# METADATA
# title: Sensitive host path is mounted
# description: >-
#   Through the host's system directories a container reads its secrets or changes what the host
#   runs. Shared propagation lets mounts made inside appear outside.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.44]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-552]
#   remediation: >-
#     Use a named volume, or mount the one file that is needed with read_only: true.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         volumes:
#           - /:/host
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         volumes:
#           - data:/data
#     volumes:
#       data:
package policies.compose.host_path

mounts contains mount if {
	some service in input.facts.services
	some mount in service.mounts
}

mounts contains mount if some mount in input.facts.volumes

results contains result if {
	some mount in mounts
	mount.sensitive
	result := {
		"message": sprintf("%s mounts %s of the host", [mount.path[1], mount.source]),
		"path": mount.path,
		"severity": severity(mount),
	}
}

results contains result if {
	some mount in mounts
	mount.propagation in {"shared", "rshared"}
	result := {
		"message": sprintf("%s shares mounts below %s with the host", [mount.path[1], mount.source]),
		"path": mount.path,
	}
}

severity(mount) := "medium" if mount.read_only

severity(mount) := "high" if not mount.read_only
