# METADATA
# title: Client token may be read by others
# description: >-
#   Files of a Secret are readable by every user of the container unless the volume says otherwise
#   (mode 0644).
# scope: package
# custom:
#   severity: high
#   controls: [SHG-5.02]
#   profiles: [guide, strict]
#   tags: [CWE-732]
#   remediation: >-
#     Set defaultMode of the Secret's volume to 0400. A program that does not run as root also needs
#     fsGroup in the pod's securityContext; the group may then read the file, others may not.
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
#               secret: {secretName: client-jwt}
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#               volumeMounts:
#                 - name: v
#                   mountPath: /var/lib/stella/tokens
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
#               secret: {secretName: client-jwt, defaultMode: 0400}
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#               volumeMounts:
#                 - name: v
#                   mountPath: /var/lib/stella/tokens
#                   readOnly: true
package policies.kubernetes.client_token_mode

tokens contains [container.name, mount] if {
	some container in input.facts.containers
	some mount in container.mounts
	regex.match(`^/var/lib/stella/tokens(/client\.jwt)?$|/client\.jwt$`, mount.target)
	mount.mode > 0
}

subjects contains name if some [name, _] in tokens

# A path of the node and a claim bring modes of their own.
unknown contains {"subject": container.name, "reason": sprintf("the mode of a file from a %s is not seen", [mount.sort]), "path": mount.path} if {
	some container in input.facts.containers
	some mount in container.mounts
	regex.match(`^/var/lib/stella/tokens(/client\.jwt)?$|/client\.jwt$`, mount.target)
	not mount.mode > 0
}

results contains result if {
	some [name, mount] in tokens
	others := bits.and(mount.mode, 23) # 0027: all rights of others, writing of the group
	others > 0
	result := {
		"message": sprintf("the client token of container %s has mode %s", [name, octal(mount.mode)]),
		"path": mount.mode_path,
		"identity": [mount.target],
		"degree": others,
	}
}

octal(mode) := sprintf("0%o", [mode])
