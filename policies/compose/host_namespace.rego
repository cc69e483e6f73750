# METADATA
# title: Container shares a namespace of the host
# description: >-
#   In the host's network, process or IPC namespace a container sees, signals or listens beside the
#   host's own services.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.43]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-653]
#   remediation: >-
#     Remove the key. Publish the ports that are needed in place of network_mode: host.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         network_mode: host
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         networks: [core-net]
#     networks:
#       core-net:
#         driver: bridge
package policies.compose.host_namespace

import data.policies.lib.compose

subjects contains name if some name, _ in input.services

unknown contains doubt if some doubt in compose.undecided({"cgroup", "ipc", "network_mode", "pid", "userns_mode", "uts"})

results contains result if {
	some name, service in input.services
	some key in ["cgroup", "ipc", "network_mode", "pid", "userns_mode", "uts"]
	service[key] == "host"
	result := {
		"message": sprintf("service %s shares a namespace of the host (%s: host)", [name, key]),
		"path": ["services", name, key],
		"fix": {"op": "remove", "path": ["services", name, key]},
	}
}
