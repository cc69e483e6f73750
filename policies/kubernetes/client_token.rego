# METADATA
# title: Client token is not a mounted secret
# description: >-
#   In the environment the token shows in every listing of the pod and in the dumps of its
#   processes; on a writable or shared volume others replace it.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-5.01]
#   profiles: [guide, strict]
#   tags: [CWE-522]
#   remediation: >-
#     Mount the token from a Secret, read-only, below /var/lib/stella/tokens.
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
#               persistentVolumeClaim: {claimName: tokens}
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#               volumeMounts:
#                 - name: v
#                   mountPath: /var/lib/stella/tokens
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
package policies.kubernetes.client_token

# The token's directory, or the file itself.
at_token(target) if target in {"/var/lib/stella/tokens", "/var/lib/stella/tokens/client.jwt"}

at_token(target) if endswith(target, "/client.jwt")

names_token(name) if {
	regex.match(`(?i)client_{0,2}jwt|stella_+(client_+)?(jwt|token)`, name)
	not regex.match(`(?i)_(file|path|dir)$`, name)
}

subjects contains container.name if {
	some container in input.facts.containers
	some mount in container.mounts
	at_token(mount.target)
}

subjects contains container.name if {
	some container in input.facts.containers
	some variable in container.env
	names_token(variable.name)
}

unknown contains {"subject": container.name, "reason": "who may read the file is the node's business", "path": mount.path} if {
	some container in input.facts.containers
	some mount in container.mounts
	at_token(mount.target)
	single_file(mount)
}

results contains result if {
	some container in input.facts.containers
	some mount in container.mounts
	at_token(mount.target)
	not mount.sort in {"csi", "projected", "secret"}
	not single_file(mount)
	result := {
		"message": sprintf("container %s has its client token on a volume (%s) that is no secret", [container.name, mount.sort]),
		"path": mount.path,
		"identity": [mount.target, mount.sort],
	}
}

results contains result if {
	some container in input.facts.containers
	some variable in container.env
	names_token(variable.name)
	result := {
		"message": sprintf("container %s gets its client token in the environment (%s)", [container.name, variable.name]),
		"path": variable.path,
		"identity": [variable.name],
	}
}

single_file(mount) if {
	mount.sort == "hostPath"
	mount.read_only
	endswith(mount.target, "/client.jwt")
}
