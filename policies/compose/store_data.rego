# METADATA
# title: Store loses its data with the container
# description: >-
#   Data on a tmpfs or in the container is gone after a restart. The audit stream of the day and
#   every snapshot that an incident needs go with it.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-3.36]
#   profiles: [guide, strict]
#   remediation: >-
#     Mount a named volume at /data and let the store save to it, or note in the runbook that
#     nothing is to be recovered and except this finding.
#   bad: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         tmpfs: ["/data:size=256m"]
#   good: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         volumes: ["valkey-data:/data"]
#     volumes:
#       valkey-data:
package policies.compose.store_data

subjects contains name if {
	some name, service in input.facts.services
	service.product == "valkey"
}

# A volume is no backup, and what a configuration file says of snapshots is not read.
unknown contains {"subject": name, "reason": "whether its volume is backed up is not seen", "path": ["services", name, "volumes"]} if {
	some name in subjects
	some mount in input.facts.services[name].mounts
	not mount.read_only
}

results contains result if {
	some name in subjects
	some tmpfs in input.facts.services[name].tmpfs
	tmpfs.target == "/data"
	result := {
		"message": sprintf("store %s keeps its data in memory only, so that neither audit events nor snapshots survive a restart", [name]),
		"path": tmpfs.path,
		"identity": ["memory"],
	}
}

results contains result if {
	some name in subjects
	service := input.facts.services[name]
	count([1 | some t in service.tmpfs; t.target == "/data"]) == 0
	count([1 | some m in service.mounts; not m.read_only]) == 0
	result := {
		"message": sprintf("store %s has no volume for its data", [name]),
		"path": ["services", name, "volumes"],
	}
}
