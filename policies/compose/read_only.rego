# METADATA
# title: Root file system is writable
# description: >-
#   On a read-only root file system an intruder cannot leave programs behind or change those that are
#   there.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.04, SHG-3.34, SHG-1.06]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Set read_only to true and give the service a tmpfs or volume for each directory that it writes.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         read_only: true
#         tmpfs:
#           - /tmp:size=64m
package policies.compose.read_only

import data.policies.lib.compose

subjects contains name if some name, _ in input.services

unknown contains doubt if some doubt in compose.undecided({"read_only"})

results contains result if {
	some name, service in input.services
	not service.read_only == true
	result := {
		"message": sprintf("service %s can write its root file system", [name]),
		"path": ["services", name, "read_only"],
		"fix": {"op": "set", "path": ["services", name, "read_only"], "value": true},
	}
}
