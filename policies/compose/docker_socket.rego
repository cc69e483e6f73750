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

import data.policies.lib.compose

subjects contains name if some name, _ in input.services

unknown contains doubt if some doubt in compose.undecided({"volumes", "use_api_socket", "devices", "group_add"})

unknown contains doubt if some doubt in compose.undecided_volumes

# An engine is reached by other ways than its socket.
unknown contains {"subject": name, "reason": "it is given the address of an engine", "path": path} if {
	some name, service in input.services
	some key, value in service.environment
	upper(sprintf("%v", [key])) in {"BUILDKIT_HOST", "CONTAINER_HOST", "DOCKER_HOST", "PODMAN_HOST"}
	not value in {"", null}
	path := ["services", name, "environment", key]
}

unknown contains {"subject": name, "reason": "its command names an engine's address", "path": word.path} if {
	some name, service in input.facts.services
	some word in service.words
	regex.match(`^(-H|--host)(=|$)|:(2375|2376|4243)\b`, word.text)
}

unknown contains {"subject": name, "reason": "it publishes a port of a container engine", "path": port.path} if {
	some name, service in input.facts.services
	some port in service.ports
	some number in {2375, 2376, 4243}
	port.first <= number
	number <= port.last
}

unknown contains {"subject": name, "reason": sprintf("it joins the host's group %v", [group]), "path": path} if {
	some name, service in input.services
	some i, group in service.group_add
	path := ["services", name, "group_add", i]
}

# The directory above a socket holds it.
unknown contains {"subject": name, "reason": sprintf("%s of the host may hold the engine's socket", [mount.source]), "path": mount.path} if {
	some name, service in input.facts.services
	some mount in service.mounts
	mount.type == "bind"
	not mount.socket
	mount.sensitive
}

unknown contains {"subject": name, "reason": "it runs privileged", "path": ["services", name, "privileged"]} if {
	some name, service in input.services
	service.privileged == true
}

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
