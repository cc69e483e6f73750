# METADATA
# title: Pod holds an API token
# description: >-
#   A pod that does not talk to the Kubernetes API still gets a token for it, and whoever enters the
#   pod has it too.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-3.70]
#   profiles: [strict]
#   remediation: >-
#     Set automountServiceAccountToken to false in the pod's specification.
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
#   good: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       template:
#         spec:
#           automountServiceAccountToken: false
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
package policies.kubernetes.service_account_token

import data.policies.lib.kubernetes

# A part gets the token, or not, where it is put to use.
subjects contains input.facts.name if {
	some pod in kubernetes.pods
	not object.get(pod, "part", false)
}

results contains result if {
	some pod in kubernetes.pods
	not object.get(pod, "part", false)
	not object.get(input.object, array.concat(pod.path, ["automountServiceAccountToken"]), true) == false
	result := {
		"message": sprintf("%s %s holds a token for the Kubernetes API", [input.facts.kind, input.facts.name]),
		"path": array.concat(pod.path, ["automountServiceAccountToken"]),
	}
}
