# METADATA
# title: Port is published on every interface
# description: >-
#   A port without an address is opened on all interfaces of the host, past its firewall, because
#   the engine writes its own rules. Services whose job is to be the ingress are left alone.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-4.07]
#   profiles: [guide, strict]
#   remediation: >-
#     Bind the port to 127.0.0.1 or to the address of the edge, such as "127.0.0.1:8080:8080".
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         ports: ["8080:8080"]
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         ports: ["127.0.0.1:8080:8080"]
package policies.compose.published_interface

import data.policies.lib.compose

# Stores are judged by compose/published-store.
subjects contains name if {
	some name, service in input.facts.services
	not service.role in {"ingress", "store"}
	count(service.ports) > 0
}

unknown contains doubt if some doubt in compose.undecided({"ports"})

results contains result if {
	some name in subjects
	some port in input.facts.services[name].ports
	port.host_ip in {"", "0.0.0.0", "::", "0:0:0:0:0:0:0:0"}
	result := {
		"message": sprintf("service %s is published on every interface of the host%s", [name, shown(port)]),
		"path": port.path,
		"reach": compose.reach(port),
	}
}

shown(port) := "" if port.published == ""

shown(port) := sprintf(" as port %s", [port.published]) if port.published != ""
