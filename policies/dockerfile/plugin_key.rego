# METADATA
# title: Image with plug-ins has no key to verify them
# description: >-
#   The backend verifies plug-ins with /keys/cosign.pub. Without the key in the image it refuses
#   them all, or takes one that is mounted over it.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-5.08]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Copy the public key: COPY keys/cosign.pub /keys/cosign.pub.
#   bad: |
#     FROM registry.example.org/base-nonroot:1.0
#     COPY plugins /plugins/
#     USER 10001:10001
#   good: |
#     FROM registry.example.org/base-nonroot:1.0
#     COPY plugins /plugins/
#     COPY keys/cosign.pub /keys/cosign.pub
#     USER 10001:10001
package policies.dockerfile.plugin_key

subjects contains stage.name if {
	some stage in input.facts.stages
	stage.final
	some copy in stage.copies
	regex.match(`^/(plugins|keys)(/|$)`, copy.text)
}

results contains result if {
	some stage in input.facts.stages
	stage.name in subjects
	stage.final
	some copy in stage.copies
	regex.match(`^/plugins(/|$)`, copy.text)
	count([1 | some other in stage.copies; regex.match(`^/keys/?(cosign\.pub)?$`, other.text)]) == 0
	result := {
		"message": "the image holds plug-ins and no /keys/cosign.pub",
		"path": copy.path,
		"identity": [copy.text],
	}
}
