# METADATA
# title: Capabilities are not dropped
# description: >-
#   A container starts with a set of capabilities, among them raw sockets and changing file owners.
#   Few programs need one.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.65, SHG-1.06]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-250]
#   remediation: >-
#     Set securityContext.capabilities.drop to ["ALL"] and add back what the program is seen to need.
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
#                 capabilities:
#                   drop: [NET_RAW]
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
#                 capabilities:
#                   drop: [ALL]
package policies.kubernetes.drop_capabilities

import data.policies.lib.kubernetes

subjects contains container.name if some container in input.facts.containers

unknown contains doubt if some doubt in kubernetes.unjudged

# Dropped and added again: other rules judge the worst ones only.
unknown contains {
	"subject": container.name,
	"reason": sprintf("it adds the capability %s", [capability.name]),
	"path": capability.path,
} if {
	some container in input.facts.containers
	some capability in container.add
	capability.name != "NET_BIND_SERVICE"
}

results contains result if {
	some container in input.facts.containers
	not "ALL" in {c.name | some c in container.drop}
	result := {
		"message": sprintf("container %s keeps capabilities that it was never shown to need", [container.name]),
		"path": array.concat(container.path, ["securityContext", "capabilities", "drop"]),
		"degree": 0 - count(object.get(container, "drop", [])),
		"fix": {
			"op": "set",
			"path": array.concat(container.path, ["securityContext", "capabilities", "drop"]),
			"value": ["ALL"],
		},
	}
}
