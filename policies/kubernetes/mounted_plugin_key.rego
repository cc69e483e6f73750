# METADATA
# title: Key for plug-ins is mounted at run time
# description: >-
#   The key that plug-ins are verified with belongs into the image. Mounted at run time, whoever
#   may change the mount decides which plug-ins are trusted.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-5.08]
#   profiles: [guide, strict]
#   remediation: >-
#     Copy the key to /keys/cosign.pub in the Dockerfile, and mount single files beside it only.
#   bad: |
#     apiVersion: v1
#     kind: Pod
#     metadata: {name: backend}
#     spec:
#       containers:
#         - name: backend
#           image: registry.example.org/backend:1.0
#           volumeMounts: [{name: key, mountPath: /keys/cosign.pub, subPath: cosign.pub}]
#       volumes:
#         - name: key
#           configMap: {name: key}
#   good: |
#     apiVersion: v1
#     kind: Pod
#     metadata: {name: backend}
#     spec:
#       containers:
#         - name: backend
#           image: registry.example.org/backend:1.0
#           volumeMounts: [{name: key, mountPath: /keys/jwt.pem, subPath: jwt.pem, readOnly: true}]
#       volumes:
#         - name: key
#           secret: {secretName: key}
package policies.kubernetes.mounted_plugin_key

subjects contains container.name if {
	some container in input.facts.containers
	some mount in container.mounts
	startswith(mount.target, "/keys")
}

results contains result if {
	some container in input.facts.containers
	some mount in container.mounts
	mount.target == "/keys/cosign.pub"
	result := {
		"message": sprintf("container %s gets the key for plug-ins by a mount", [container.name]),
		"path": mount.path,
	}
}
