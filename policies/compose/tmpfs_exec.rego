# METADATA
# title: Programs can run from a memory-backed mount
# description: >-
#   The engine mounts a tmpfs noexec. The option exec undoes that, and what an intruder drops into
#   the scratch directory can be started.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-3.13]
#   profiles: [guide, strict]
#   remediation: >-
#     Remove exec. A .NET single-file program unpacks itself: point DOTNET_BUNDLE_EXTRACT_BASE_DIR at
#     a mount of its own, or publish it without that.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         tmpfs:
#           - /tmp:size=64m,exec
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         tmpfs:
#           - /tmp:size=64m
package policies.compose.tmpfs_exec

subjects contains mount.path if {
	some service in input.facts.services
	some mount in service.tmpfs
}

results contains result if {
	some name, service in input.facts.services
	some mount in service.tmpfs
	mount.exec
	result := {
		"message": sprintf("programs can be started from tmpfs %s of service %s", [mount.target, name]),
		"path": mount.path,
		"identity": [mount.target],
	}
}
