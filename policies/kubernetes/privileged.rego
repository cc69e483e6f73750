# METADATA
# title: Container is privileged
# description: >-
#   A privileged container, or one with a capability that is as good as root, is root on its node.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-3.71]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-250]
#   remediation: >-
#     Remove privileged and the capability; give the one device or right that the program needs.
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
#                 privileged: true
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
#                 privileged: false
package policies.kubernetes.privileged

results contains result if {
	some container in input.facts.containers
	container.security.privileged == true
	result := {
		"message": sprintf("container %s runs privileged", [container.name]),
		"path": array.concat(container.path, ["securityContext", "privileged"]),
		"fix": {"op": "remove", "path": array.concat(container.path, ["securityContext", "privileged"])},
	}
}

results contains result if {
	some container in input.facts.containers
	some capability in container.add
	capability.name in {"ALL", "BPF", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO"}
	result := {
		"message": sprintf("container %s adds capability %s", [container.name, capability.name]),
		"path": capability.path,
	}
}
