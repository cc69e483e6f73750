# METADATA
# title: Store joins an outer network
# description: >-
#   A store on the network of a published service can be reached by whoever takes that service
#   over, although it has a network of its own.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.37]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Leave the store on the one internal network that it shares with the services that use it.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         ports: ["127.0.0.1:8080:8080"]
#         networks: [edge]
#       valkey:
#         image: valkey/valkey:8.0
#         networks: [core, edge]
#     networks:
#       core: {}
#       edge: {}
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         ports: ["127.0.0.1:8080:8080"]
#         networks: [core, edge]
#       valkey:
#         image: valkey/valkey:8.0
#         networks: [core]
#     networks:
#       core: {}
#       edge: {}
package policies.compose.store_network

import data.policies.lib.compose

subjects contains name if {
	some name, service in input.facts.services
	service.role == "store"
}

unknown contains doubt if {
	some doubt in compose.undecided({"network_mode", "networks"})
	doubt.subject in subjects
}

unknown contains {"subject": name, "reason": "it shares its only network with what is published", "path": ["services", name, "networks"]} if {
	some name in subjects
	joined := compose.networks(name) | implicit(name)
	count(joined) == 1
	some network in joined
	outer(network)
}

unknown contains {"subject": name, "reason": "it takes its network from elsewhere", "path": ["services", name, "network_mode"]} if {
	some name in subjects
	mode := input.services[name].network_mode
	not mode in {"", "bridge", "none", null}
}

# implicit is the network of services that name none.
implicit(name) := {"default"} if {
	count(compose.networks(name)) == 0
} else := set()

# Alone on its one network a store cannot be asked to leave it.
results contains result if {
	some name in subjects
	joined := compose.networks(name)
	count(joined) > 1
	some network in joined
	outer(network)
	result := {
		"message": sprintf("store %s joins network %s, which leads outside", [name, network]),
		"path": place(name, network),
		"identity": [network],
	}
}

outer(network) if input.networks[network].external

outer(network) if {
	not input.networks[network].internal
	some name, service in input.facts.services
	network in (compose.networks(name) | implicit(name))
	not service.role == "store"
	count(service.ports) > 0
}

place(name, network) := ["services", name, "networks", network] if {
	is_object(input.services[name].networks)
} else := ["services", name, "networks", i] if {
	some i, joined in input.services[name].networks
	joined == network
}
