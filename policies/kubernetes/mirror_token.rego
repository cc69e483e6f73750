# METADATA
# title: Token of the vulnerability mirror does not come from a secret
# description: >-
#   The token opens the mirror that all findings depend on. In a manifest or a config map it is
#   known to everybody who can read them.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-5.11]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-798]
#   remediation: >-
#     Take the token from a Secret with valueFrom.secretKeyRef, or mount it as a read-only file.
#     Change a token that was published.
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
#               env:
#                 - name: TRIVY_PASSWORD
#                   value: hunter2
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
#               env:
#                 - name: TRIVY_PASSWORD
#                   valueFrom:
#                     secretKeyRef: {name: mirror, key: token}
package policies.kubernetes.mirror_token

import data.policies.lib.kubernetes

tokens contains [container.name, variable] if {
	some container in input.facts.containers
	some variable in container.env
	kubernetes.mirror_token(variable.name)
}

subjects contains name if some [name, _] in tokens

results contains result if {
	some [name, variable] in tokens
	open(variable)
	result := {
		"message": sprintf("container %s gets the mirror's token %s from %s", [name, variable.name, origin[variable.from]]),
		"path": variable.path,
		"identity": [variable.name],
	}
}

open(variable) if variable.held

open(variable) if variable.from == "configmap"

origin := {"configmap": "a config map", "literal": "the manifest itself"}
