# METADATA
# title: Store is published to the network
# description: >-
#   A published port is reachable from outside, past the host's own firewall rules, because the
#   engine writes its rules before them.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-4.05]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-668]
#   remediation: >-
#     Remove ports from the store. Services on the same network reach it without; for a look by hand
#     use docker compose exec.
#   bad: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         ports:
#           - "6379:6379"
#   good: |
#     services:
#       valkey:
#         image: valkey/valkey:8.0
#         expose:
#           - "6379"
package policies.compose.published_store

import data.policies.lib.compose

subjects contains name if {
	some name, service in input.facts.services
	service.role == "store"
}

unknown contains doubt if {
	some doubt in compose.undecided({"network_mode", "ports"})
	doubt.subject in subjects
}

# What a store on the host's network listens on is published without a word.
unknown contains {"subject": name, "reason": "it is on the host's network", "path": ["services", name, "network_mode"]} if {
	some name in subjects
	input.services[name].network_mode == "host"
}

results contains result if {
	some name, service in input.facts.services
	some port in service.ports
	leads_to_store(service, port)
	result := {
		"message": sprintf("store %s is published on the host%s", [name, where(port)]),
		"path": port.path,
		"severity": severity(port),
		"reach": compose.reach(port),
		"fix": {"op": "remove", "path": port.path},
	}
}

leads_to_store(service, _) if service.role == "store"

leads_to_store(_, port) if {
	some number in {3306, 5432, 6379, 27017}
	port.first <= number
	number <= port.last
}

where(port) := sprintf(" as port %s", [port.published]) if port.published != ""

where(port) := "" if port.published == ""

severity(port) := "medium" if port.loopback

severity(port) := "critical" if not port.loopback
