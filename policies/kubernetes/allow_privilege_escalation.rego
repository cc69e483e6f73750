# METADATA
# title: Processes can gain privileges
# description: >-
#   Without this setting a set-uid program inside the container turns an ordinary user into root.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.64]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-269]
#   remediation: >-
#     Set securityContext.allowPrivilegeEscalation to false.
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
#                 allowPrivilegeEscalation: true
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
#                 allowPrivilegeEscalation: false
package policies.kubernetes.allow_privilege_escalation

import data.policies.lib.kubernetes

subjects contains container.name if some container in input.facts.containers

unknown contains doubt if some doubt in kubernetes.unjudged

results contains result if {
	some container in input.facts.containers
	not container.security.allowPrivilegeEscalation == false
	result := {
		"message": sprintf("container %s can gain privileges", [container.name]),
		"path": array.concat(container.path, ["securityContext", "allowPrivilegeEscalation"]),
		"fix": {
			"op": "set",
			"path": array.concat(container.path, ["securityContext", "allowPrivilegeEscalation"]),
			"value": false,
		},
	}
}
