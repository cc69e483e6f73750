# METADATA
# title: Pod has no seccomp profile
# description: >-
#   Unless a profile is named, many clusters run containers without any, and every system call of the
#   kernel is open to them.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-3.66, SHG-1.06]
#   profiles: [guide, strict]
#   remediation: >-
#     Set securityContext.seccompProfile.type to RuntimeDefault, or to Localhost with a profile of
#     your own.
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
#                 seccompProfile: {type: Unconfined}
#   good: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       template:
#         spec:
#           securityContext:
#             seccompProfile: {type: RuntimeDefault}
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
package policies.kubernetes.seccomp_profile

import data.policies.lib.kubernetes

subjects contains container.name if some container in input.facts.containers

unknown contains doubt if some doubt in kubernetes.unjudged

results contains result if {
	some container in input.facts.containers
	not object.get(container.security, ["seccompProfile", "type"], "") in {"Localhost", "RuntimeDefault"}
	result := {
		"message": sprintf("container %s runs without a seccomp profile", [container.name]),
		"path": array.concat(container.path, ["securityContext", "seccompProfile", "type"]),
	}
}
