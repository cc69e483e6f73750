# METADATA
# title: Key for plug-ins did not change with the major version
# description: >-
#   The guide asks for a new key with every major release, so that a lost key does not vouch for
#   later releases.
# scope: package
# custom:
#   severity: low
#   controls: [SHG-5.10]
#   profiles: [guide, strict]
#   remediation: >-
#     Make a new key pair for the new major version and ship its public key.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- keys/v1/cosign.pub --
#     -----BEGIN PUBLIC KEY-----
#     -- keys/v2/cosign.pub --
#     -----BEGIN PUBLIC KEY-----
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- keys/v1/cosign.pub --
#     -----BEGIN PUBLIC KEY----- one
#     -- keys/v2/cosign.pub --
#     -----BEGIN PUBLIC KEY----- two
package policies.config.plugin_key_age

# One key alone says nothing about a change.
subjects contains key.file if {
	count(input.facts.keys) > 1
	some key in input.facts.keys
}

results contains result if {
	some key in input.facts.keys
	some other in input.facts.keys
	to_number(other.major) < to_number(key.major)
	other.hash == key.hash
	result := {
		"message": sprintf("%s is the same key as %s", [key.file, other.file]),
		"path": key.path,
		"subject": key.file,
		"related": [other.path],
	}
}
