# METADATA
# title: Pod mounts a path of its node
# description: >-
#   A hostPath volume reads or changes the node, and pods that share one share it with whoever lands
#   there next.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.71]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-552]
#   remediation: >-
#     Use a persistent volume claim, a config map or an emptyDir.
#   bad: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       template:
#         spec:
#           volumes:
#             - name: node
#               hostPath:
#                 path: /var/lib/kubelet
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
#           volumes:
#             - name: tmp
#               emptyDir: {}
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
package policies.kubernetes.host_path

import data.policies.lib.kubernetes

subjects contains input.facts.name if input.facts.pod != null

unknown contains doubt if some doubt in kubernetes.unjudged

# The engine's socket has a rule of its own.
results contains result if {
	some mount in input.facts.pod.mounts
	not mount.socket
	result := {
		"message": sprintf("%s %s mounts %s of its node", [input.facts.kind, input.facts.name, mount.source]),
		"path": mount.path,
		"identity": [trim_right(mount.source, "/")],
		"severity": severity(mount),
	}
}

severity(mount) := "high" if mount.sensitive

severity(mount) := "medium" if not mount.sensitive
