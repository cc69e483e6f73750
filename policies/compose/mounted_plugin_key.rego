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
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         volumes: ["./cosign.pub:/keys/cosign.pub:ro"]
#   good: |
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         volumes: ["./jwt.pem:/keys/jwt.pem:ro"]
package policies.compose.mounted_plugin_key

subjects contains name if {
	some name, service in input.facts.services
	some mount in service.mounts
	startswith(mount.target, "/keys")
}

results contains result if {
	some name in subjects
	some mount in input.facts.services[name].mounts
	mount.target == "/keys/cosign.pub"
	result := {
		"message": sprintf("service %s gets the key for plug-ins by a mount", [name]),
		"path": mount.path,
	}
}
