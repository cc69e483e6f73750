# METADATA
# title: Another workload can write the data of the store
# description: >-
#   Data that reaches the store past its own access control can be forged. A store's volume has one
#   writer: the store.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-1.02]
#   profiles: [guide, strict]
#   remediation: >-
#     Remove the mount, or set readOnly true on it.
#   bad: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: valkey
#     spec:
#       template:
#         metadata:
#           labels: {app: valkey}
#         spec:
#           volumes:
#             - name: data
#               persistentVolumeClaim: {claimName: valkey-data}
#           containers:
#             - name: valkey
#               image: valkey/valkey:8.0.2
#     ---
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       template:
#         metadata:
#           labels: {app: backend}
#         spec:
#           volumes:
#             - name: v
#               persistentVolumeClaim: {claimName: valkey-data}
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#               volumeMounts:
#                 - name: v
#                   mountPath: /data
#   good: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: valkey
#     spec:
#       template:
#         metadata:
#           labels: {app: valkey}
#         spec:
#           volumes:
#             - name: data
#               persistentVolumeClaim: {claimName: valkey-data}
#           containers:
#             - name: valkey
#               image: valkey/valkey:8.0.2
#     ---
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       template:
#         metadata:
#           labels: {app: backend}
#         spec:
#           volumes:
#             - name: v
#               persistentVolumeClaim: {claimName: valkey-data}
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#               volumeMounts:
#                 - name: v
#                   mountPath: /data
#                   readOnly: true
package policies.kubernetes.shared_store_volume

claims contains [container.name, mount] if {
	some container in input.facts.containers
	some mount in container.mounts
	mount.sort == "persistentVolumeClaim"
	related(mount)
}

related(mount) if mount.owner != ""

related(_) if input.facts.workload.role == "store"

subjects contains name if some [name, _] in claims

results contains result if {
	some [name, mount] in claims
	mount.owner != ""
	not mount.read_only
	result := {
		"message": sprintf("container %s can write the data of %s (claim %s)", [name, mount.owner, mount.source]),
		"path": mount.path,
		"identity": [mount.source],
	}
}
