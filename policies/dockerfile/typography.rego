# METADATA
# title: Identifier holds typographic characters
# description: >-
#   A hyphen or quote that a word processor replaced looks right and means something else to every
#   program. It comes from pasting out of documents.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-0.02]
#   profiles: [guide, strict]
#   remediation: >-
#     Write the ASCII characters - " and ' instead.
#   bad: |
#     FROM registry.example.org/base-nonroot:1.0
#     RUN apt-get install -y unattended‑upgrades
#   good: |
#     FROM registry.example.org/base-nonroot:1.0
#     RUN apt-get install -y unattended-upgrades
package policies.dockerfile.typography

subjects contains "document"

results contains result if {
	some typo in input.facts.typography
	result := {
		"message": sprintf("%s holds typographic characters; in ASCII it is %s", [typo.text, typo.plain]),
		"path": typo.path,
		"identity": [typo.text],
	}
}
