# METADATA
# title: Network has an address range of its own without need
# description: >-
#   The guide removed the sub-nets of its earlier versions: the single bridge suffices for the
#   default stack. Segments of your own are fine where you need them.
# scope: package
# custom:
#   severity: info
#   controls: [SHG-3.40]
#   profiles: [guide-literal]
#   remediation: >-
#     Remove ipam and let the engine choose the range.
#   bad: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         networks: [valkey-net]
#     networks:
#       valkey-net:
#         ipam: {config: [{subnet: 172.30.0.0/24}]}
#   good: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         networks: [core-net]
#     networks:
#       core-net: {driver: bridge}
package policies.compose.needless_subnet

import data.policies.lib.compose

subjects contains name if some name, _ in input.networks

results contains result if {
	some name in subjects
	count(input.networks[name].ipam.config) > 0
	members := {service | some service, _ in input.services; name in compose.networks(service)}
	count(members) > 0
	every member in members {
		input.facts.services[member].role == "store"
	}
	result := {
		"message": sprintf("network %s is a sub-net for stores alone", [name]),
		"path": ["networks", name, "ipam"],
		"subject": name,
	}
}
