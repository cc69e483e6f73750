# METADATA
# title: Container may run as root
# description: >-
#   With runAsNonRoot the kubelet refuses to start an image that would run as root. The container's
#   own value wins over the pod's.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.62, SHG-1.06]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-250]
#   remediation: >-
#     Set securityContext.runAsNonRoot to true, and runAsUser to a number above 0.
#   bad: |
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
#               securityContext:
#                 runAsUser: 0
#   good: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       template:
#         spec:
#           securityContext:
#             runAsNonRoot: true
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
package policies.kubernetes.run_as_non_root

import data.policies.lib.kubernetes

subjects contains container.name if some container in input.facts.containers

unknown contains doubt if some doubt in kubernetes.unjudged

results contains result if {
	some container in input.facts.containers
	container.security.runAsUser == 0
	result := {
		"message": sprintf("container %s runs as user 0", [container.name]),
		"path": array.concat(container.path, ["securityContext", "runAsUser"]),
	}
}

results contains result if {
	some container in input.facts.containers
	not container.security.runAsUser == 0
	not container.security.runAsNonRoot == true
	result := {
		"message": sprintf("container %s may run as root", [container.name]),
		"path": array.concat(container.path, ["securityContext", "runAsNonRoot"]),
		"fix": {
			"op": "set",
			"path": array.concat(container.path, ["securityContext", "runAsNonRoot"]),
			"value": true,
		},
	}
}
