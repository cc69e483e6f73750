# METADATA
# title: Network is not a bridge
# description: >-
#   Macvlan, ipvlan and host networks put containers beside the host on the outer network, past its
#   packet filter.
# scope: package
# custom:
#   severity: low
#   controls: [SHG-3.39]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Set driver to bridge, or leave it out.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         networks: [lan]
#     networks:
#       lan:
#         driver: macvlan
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         networks: [lan]
#     networks:
#       lan:
#         driver: bridge
package policies.compose.bridge_network

subjects contains name if some name, _ in input.networks

results contains result if {
	some name, network in input.networks
	not object.get(network, "driver", "bridge") in {"bridge", "default", "", null}
	result := {
		"message": sprintf("network %s uses driver %v", [name, network.driver]),
		"path": ["networks", name, "driver"],
		"subject": name,
	}
}
