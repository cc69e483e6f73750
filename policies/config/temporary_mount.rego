# METADATA
# title: Temporary directory of the host runs programs
# description: >-
#   A program that an attacker drops into /tmp or /var/tmp runs from there unless the file system
#   is mounted noexec, and with the rights of its owner unless it is nosuid.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-2.04, SHG-2.05]
#   profiles: [guide, strict]
#   remediation: >-
#     Mount /tmp and /var/tmp with noexec,nosuid,nodev.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- host/fstab --
#     tmpfs /tmp tmpfs defaults 0 0
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- host/fstab --
#     tmpfs /tmp tmpfs noexec,nosuid,nodev 0 0
#     tmpfs /var/tmp tmpfs noexec,nosuid,nodev 0 0
package policies.config.temporary_mount

subjects contains mount.target if {
	some mount in input.facts.host.mounts
	mount.target in {"/tmp", "/var/tmp"}
}

results contains result if {
	some mount in input.facts.host.mounts
	mount.target in subjects
	missing := [option | some option in ["noexec", "nosuid"]; not option in mount.options]
	count(missing) > 0
	result := {
		"message": sprintf("%s of the host is mounted without %s", [mount.target, concat(" and ", missing)]),
		"path": mount.path,
		"identity": ["options"],
		"degree": count(missing),
		"subject": mount.target,
	}
}
