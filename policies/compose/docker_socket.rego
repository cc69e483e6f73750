# METADATA
# title: Container can control the container engine
# description: >-
#   Whoever reaches the engine's socket starts privileged containers and so owns the host.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-2.13]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-250]
#   remediation: >-
#     Remove the mount, or put a filtering proxy that allows the few needed calls between container
#     and engine.
#   bad: |
#     services:
#       agent:
#         image: registry.example.org/agent:1.0
#         volumes:
#           - /var/run/docker.sock:/var/run/docker.sock
#   good: |
#     services:
#       agent:
#         image: registry.example.org/agent:1.0
package policies.compose.docker_socket

results contains result if {
	some name, service in input.facts.services
	some mount in service.mounts
	mount.socket
	result := {
		"message": sprintf("service %s mounts %s and with it controls the host", [name, mount.source]),
		"path": mount.path,
		"fix": {"op": "remove", "path": mount.path},
	}
}

results contains result if {
	some mount in input.facts.volumes
	mount.socket
	result := {
		"message": sprintf("volume %s hands out the engine's socket %s", [mount.path[1], mount.source]),
		"path": mount.path,
	}
}

results contains result if {
	some name, service in input.services
	service.use_api_socket == true
	result := {
		"message": sprintf("service %s asks for the engine's socket and with it controls the host", [name]),
		"path": ["services", name, "use_api_socket"],
		"fix": {"op": "remove", "path": ["services", name, "use_api_socket"]},
	}
}
