# METADATA
# title: Mount hides the built-in verification key
# description: >-
#   A volume on /keys covers what the image has there: the key that plug-ins are verified with is
#   gone, or is whatever the volume holds.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-5.09]
#   profiles: [guide, strict]
#   remediation: >-
#     Mount the one file (mountPath /keys/jwt.pem with subPath jwt.pem) instead of the directory.
#   bad: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       template:
#         spec:
#           volumes:
#             - name: v
#               secret: {secretName: jwt-key}
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#               volumeMounts:
#                 - name: v
#                   mountPath: /keys
#                   readOnly: true
#   good: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       template:
#         spec:
#           volumes:
#             - name: v
#               secret: {secretName: jwt-key, defaultMode: 0400}
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#               volumeMounts:
#                 - name: v
#                   mountPath: /keys/jwt.pem
#                   subPath: jwt.pem
#                   readOnly: true
package policies.kubernetes.hidden_key

keys contains [container.name, mount] if {
	some container in input.facts.containers
	some mount in container.mounts
	regex.match(`^/keys(/|$)`, mount.target)
}

subjects contains name if some [name, _] in keys

results contains result if {
	some [name, mount] in keys
	mount.target in {"/keys", "/keys/cosign.pub"}
	result := {
		"message": sprintf("the volume at %s of container %s covers the verification key of the image", [mount.target, name]),
		"path": mount.path,
		"identity": [mount.target],
	}
}
