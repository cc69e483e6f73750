# METADATA
# title: Secret stands in the manifest
# description: >-
#   What is written in a manifest is known to everybody who can read the repository or list pods.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-5.14]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-798]
#   remediation: >-
#     Take the value from a Secret with valueFrom.secretKeyRef, or better mount it as a file. Change
#     the value that was published.
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
#                 - name: SMTP_PASSWORD
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
#                 - name: SMTP_PASSWORD
#                   valueFrom:
#                     secretKeyRef: {name: mail, key: password}
package policies.kubernetes.secret_literal

import data.policies.lib.kubernetes

subjects contains container.name if some container in input.facts.containers

unknown contains doubt if some doubt in kubernetes.unjudged

results contains result if {
	some container in input.facts.containers
	some secret in container.secrets
	not kubernetes.store_password(secret.key)
	not kubernetes.mirror_token(secret.key)
	result := {
		"message": sprintf("variable %s of container %s holds a secret", [secret.key, container.name]),
		"path": secret.path,
		"identity": [secret.key],
	}
}

# An address carries one before its host.
results contains result if {
	some container in input.facts.containers
	some i, variable in object.get(input.object, array.concat(container.path, ["env"]), [])
	is_string(variable.value)
	regex.match(`[a-zA-Z][a-zA-Z0-9+.-]*://[^\s:/@]*:[^\s/@$<{]+@`, variable.value)
	not variable.name in {secret.key | some secret in container.secrets}
	result := {
		"message": sprintf("variable %s of container %s holds a secret in an address", [variable.name, container.name]),
		"path": array.concat(container.path, ["env", i, "value"]),
		"identity": [variable.name],
	}
}

# A template or a chart's value may hold anything.
unknown contains {"subject": container.name, "reason": sprintf("%s is filled in elsewhere", [variable.name]), "path": container.path} if {
	some container in input.facts.containers
	some variable in object.get(input.object, array.concat(container.path, ["env"]), [])
	is_string(variable.value)
	regex.match(`\{\{|\$\{`, variable.value)
}
