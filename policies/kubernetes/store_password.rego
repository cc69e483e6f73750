# METADATA
# title: Password of the store does not come from a secret
# description: >-
#   In a manifest or a config map the password is known to everybody who can read the repository or
#   list objects.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-5.04]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-798]
#   remediation: >-
#     Take the value from a Secret with valueFrom.secretKeyRef, or better mount it as a file. Change
#     a password that was published.
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
#                 - name: VALKEY_PASS
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
#                 - name: VALKEY_PASS
#                   valueFrom:
#                     secretKeyRef: {name: valkey, key: password}
package policies.kubernetes.store_password

import data.policies.lib.kubernetes

passwords contains [container.name, variable] if {
	some container in input.facts.containers
	some variable in container.env
	kubernetes.store_password(variable.name)
}

subjects contains name if some [name, _] in passwords

results contains result if {
	some [name, variable] in passwords
	open(variable)
	result := {
		"message": sprintf("container %s gets the store's password %s from %s", [name, variable.name, origin[variable.from]]),
		"path": variable.path,
		"identity": [variable.name],
	}
}

open(variable) if variable.held

open(variable) if variable.from == "configmap"

origin := {"configmap": "a config map", "literal": "the manifest itself"}
