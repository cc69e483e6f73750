# METADATA
# title: Plug-ins can be replaced
# description: >-
#   The backend loads what lies in its plug-in directory. A volume that it can write, or a second
#   directory, is a way to bring in code.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-6.07]
#   profiles: [guide, strict]
#   tags: [CWE-732]
#   remediation: >-
#     Mount plug-ins at /plugins only, with readOnly true.
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
#               persistentVolumeClaim: {claimName: plugins}
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#               volumeMounts:
#                 - name: v
#                   mountPath: /plugins
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
#               persistentVolumeClaim: {claimName: plugins}
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#               volumeMounts:
#                 - name: v
#                   mountPath: /plugins
#                   readOnly: true
package policies.kubernetes.plugin_mount

plugins contains [container.name, mount] if {
	input.facts.workload.role == "backend"
	some container in input.facts.containers
	some mount in container.mounts
	regex.match(`(?i)(^|/)plug-?ins(/|$)`, mount.target)
}

subjects contains name if some [name, _] in plugins

results contains result if {
	some [name, mount] in plugins
	not mount.read_only
	result := {
		"message": sprintf("container %s can write its plug-ins at %s", [name, mount.target]),
		"path": mount.path,
		"identity": ["writable", mount.target],
	}
}

results contains result if {
	some [name, mount] in plugins
	not regex.match(`^/plugins(/|$)`, mount.target)
	result := {
		"message": sprintf("container %s has plug-ins at %s, outside /plugins", [name, mount.target]),
		"path": mount.path,
		"identity": ["outside", mount.target],
	}
}
