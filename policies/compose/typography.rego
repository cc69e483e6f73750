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
#     services:
#       web:
#         image: registry.example.org/web‑app:1.0
#   good: |
#     services:
#       web:
#         image: registry.example.org/web-app:1.0
package policies.compose.typography

subjects contains "document"

results contains result if {
	some typo in input.facts.typography
	not typo.key
	result := {
		"message": sprintf("%s holds typographic characters; in ASCII it is %s", [typo.text, typo.plain]),
		"path": typo.path,
		"fix": {"op": "set", "path": typo.path, "value": typo.plain},
	}
}

results contains result if {
	some typo in input.facts.typography
	typo.key
	result := {
		"message": sprintf("key %s holds typographic characters; in ASCII it is %s", [typo.text, typo.plain]),
		"path": typo.path,
	}
}
