# METADATA
# title: Capabilities are not dropped
# description: >-
#   The engine gives every container fourteen capabilities, among them raw sockets and changing file
#   owners. Few services need one.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.09, SHG-3.35, SHG-1.06]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-250]
#   remediation: >-
#     Set cap_drop to [ALL] and add back with cap_add what the service is seen to need.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         cap_drop: [NET_RAW]
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         cap_drop: [ALL]
package policies.compose.cap_drop

import data.policies.lib.compose

subjects contains name if some name, _ in input.facts.services

unknown contains doubt if some doubt in compose.undecided({"cap_drop"})

results contains result if {
	some name, service in input.facts.services
	not "ALL" in {c.name | some c in service.cap_drop}
	result := {
		"message": sprintf("service %s keeps capabilities that it was never shown to need", [name]),
		"path": ["services", name, "cap_drop"],
		"degree": 0 - count(object.get(service, "cap_drop", [])),
		"fix": {"op": "set", "path": ["services", name, "cap_drop"], "value": ["ALL"]},
	}
}
