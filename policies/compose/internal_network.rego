# METADATA
# title: Network of the store lets traffic out
# description: >-
#   A store needs no way to the internet. On a network with internal: true data cannot be sent out
#   from it, and nothing routes in.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-3.41]
#   profiles: [strict]
#   remediation: >-
#     Set internal: true on the network of the stores, and give services that must reach the
#     outside a second network.
#   bad: |
#     services:
#       db:
#         image: postgres:17
#         networks: [core]
#     networks:
#       core: {}
#   good: |
#     services:
#       db:
#         image: postgres:17
#         networks: [core]
#     networks:
#       core: {internal: true}
package policies.compose.internal_network

import data.policies.lib.compose

subjects contains network if {
	some name, service in input.facts.services
	service.role == "store"
	some network in compose.networks(name)
	input.networks[network]
	not input.networks[network].external
}

# What lies behind a network of somebody else is not seen here.
unknown contains {"subject": network, "reason": "it is made outside this file", "path": ["networks", network, "external"]} if {
	some name, service in input.facts.services
	service.role == "store"
	some network in compose.networks(name)
	input.networks[network].external
}

results contains result if {
	some network in subjects
	not input.networks[network].internal == true
	result := {
		"message": sprintf("network %s, which a store joins, is not internal", [network]),
		"path": ["networks", network, "internal"],
		"subject": network,
		"fix": {"op": "set", "path": ["networks", network, "internal"], "value": true},
	}
}
