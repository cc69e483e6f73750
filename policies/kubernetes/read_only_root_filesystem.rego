# METADATA
# title: Root file system is writable
# description: >-
#   On a read-only root file system an intruder cannot leave programs behind or change those that are
#   there.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.63, SHG-1.06]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Set securityContext.readOnlyRootFilesystem to true and mount an emptyDir where the program
#     writes.
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
#                 readOnlyRootFilesystem: false
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
#               securityContext:
#                 readOnlyRootFilesystem: true
package policies.kubernetes.read_only_root_filesystem

import data.policies.lib.kubernetes

subjects contains container.name if some container in input.facts.containers

unknown contains doubt if some doubt in kubernetes.unjudged

results contains result if {
	some container in input.facts.containers
	not container.security.readOnlyRootFilesystem == true
	result := {
		"message": sprintf("container %s can write its root file system", [container.name]),
		"path": array.concat(container.path, ["securityContext", "readOnlyRootFilesystem"]),
		"fix": {
			"op": "set",
			"path": array.concat(container.path, ["securityContext", "readOnlyRootFilesystem"]),
			"value": true,
		},
	}
}
