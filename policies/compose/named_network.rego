# METADATA
# title: Service joins the implicit network
# description: >-
#   On the implicit default network every service of the project can reach every other one, and the
#   file does not show who talks to whom.
# scope: package
# custom:
#   severity: low
#   controls: [SHG-3.21]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Declare a network and list it under networks of the service.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         networks: [core-net]
#     networks:
#       core-net:
#         driver: bridge
package policies.compose.named_network

import data.policies.lib.compose

subjects contains name if {
	some name, service in input.services
	not service.network_mode
}

unknown contains doubt if some doubt in compose.undecided({"network_mode", "networks"})

results contains result if {
	some name in subjects
	count(compose.networks(name) - {"default"}) == 0
	result := {
		"message": sprintf("service %s is only on the implicit default network", [name]),
		"path": ["services", name, "networks"],
	}
}
