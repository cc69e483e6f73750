# METADATA
# title: Pod shares a namespace of its node
# description: >-
#   In the node's network, process or IPC namespace a pod sees, signals or listens beside the node's
#   own services. A host port opens the node's address.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.71]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-653]
#   remediation: >-
#     Remove hostNetwork, hostPID, hostIPC and hostPort; expose the pod through a Service.
#   bad: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       template:
#         spec:
#           hostNetwork: true
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
package policies.kubernetes.host_namespace

import data.policies.lib.kubernetes

subjects contains input.facts.name if input.facts.pod != null

unknown contains doubt if some doubt in kubernetes.unjudged

results contains result if {
	some pod in kubernetes.pods
	some key in ["hostIPC", "hostNetwork", "hostPID"]
	object.get(input.object, array.concat(pod.path, [key]), false) == true
	result := {
		"message": sprintf("%s %s shares a namespace of its node (%s)", [input.facts.kind, input.facts.name, key]),
		"path": array.concat(pod.path, [key]),
		"fix": {"op": "remove", "path": array.concat(pod.path, [key])},
	}
}

results contains result if {
	some container in input.facts.containers
	some i, port in object.get(input.object, array.concat(container.path, ["ports"]), [])
	port.hostPort > 0
	result := {
		"message": sprintf("container %s opens port %v of its node", [container.name, port.hostPort]),
		"path": array.concat(container.path, ["ports", i, "hostPort"]),
	}
}
