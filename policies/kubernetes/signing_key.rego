# METADATA
# title: Signing key can be written
# description: >-
#   Whoever replaces the key signs tokens that every service accepts.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-5.06]
#   profiles: [guide, strict]
#   tags: [CWE-732]
#   remediation: >-
#     Mount the key from a Secret to /keys/jwt.pem with subPath jwt.pem, readOnly.
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
#               persistentVolumeClaim: {claimName: keys}
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#               volumeMounts:
#                 - name: v
#                   mountPath: /keys/jwt.pem
#                   subPath: jwt.pem
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
package policies.kubernetes.signing_key

keys contains [container.name, mount] if {
	some container in input.facts.containers
	some mount in container.mounts
	mount.target in {"/keys", "/keys/jwt.pem"}
}

subjects contains name if some [name, _] in keys

unknown contains {"subject": name, "reason": "who may read the file is the node's business", "path": mount.path} if {
	some [name, mount] in keys
	not mount.sort in {"configMap", "csi", "projected", "secret"}
}

results contains result if {
	some [name, mount] in keys
	not mount.read_only
	result := {
		"message": sprintf("container %s can write the signing key at %s", [name, mount.target]),
		"path": mount.path,
		"identity": ["writable", mount.target],
	}
}

results contains result if {
	some [name, mount] in keys
	mount.sort == "configMap"
	result := {
		"message": sprintf("container %s takes the signing key at %s from a config map", [name, mount.target]),
		"path": mount.path,
		"identity": ["config map", mount.target],
	}
}
