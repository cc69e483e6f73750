# METADATA
# title: Pod can control the container engine
# description: >-
#   Whoever reaches the engine's socket starts privileged containers and so owns the node. A
#   directory that holds the socket is as good as the socket.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-2.13, SHG-3.71]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-250]
#   remediation: >-
#     Remove the volume. A program that needs to know about pods asks the Kubernetes API with its
#     own service account.
#   bad: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       template:
#         spec:
#           volumes:
#             - name: sock
#               hostPath: {path: /run/containerd/containerd.sock}
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#   good: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       template:
#         spec:
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
package policies.kubernetes.engine_socket

import data.policies.lib.kubernetes

subjects contains input.facts.name if input.facts.pod != null

unknown contains doubt if some doubt in kubernetes.unjudged

# An engine is reached by other ways than its socket.
unknown contains {"subject": input.facts.name, "reason": "it is given the address of an engine", "path": variable.path} if {
	some container in input.facts.containers
	some variable in container.env
	variable.name in {"BUILDKIT_HOST", "CONTAINER_HOST", "DOCKER_HOST", "PODMAN_HOST"}
}

results contains result if {
	some mount in input.facts.pod.mounts
	leads_to_socket(mount)
	result := {
		"message": sprintf("%s %s mounts %s and with it controls its node", [input.facts.kind, input.facts.name, mount.source]),
		"path": mount.path,
		"identity": [trim_right(mount.source, "/")],
	}
}

leads_to_socket(mount) if mount.socket

leads_to_socket(mount) if {
	trim_right(mount.source, "/") in {
		"", "/run", "/run/containerd", "/run/crio", "/run/docker", "/run/k3s", "/run/k3s/containerd", "/run/podman", "/var",
		"/var/run", "/var/run/containerd", "/var/run/crio", "/var/run/docker", "/var/run/podman",
	}
}
