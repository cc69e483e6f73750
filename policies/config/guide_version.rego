# METADATA
# title: Copy of the guide is of another version
# description: >-
#   The rules were written for version 2.0 of the hardening guide. A copy of another version in
#   the repository asks for something else.
# scope: package
# custom:
#   severity: info
#   controls: [SHG-0.01]
#   profiles: [guide, strict]
#   remediation: >-
#     Replace the copy by the version that the rules know, or use a release of the rules for
#     yours.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- docs/security-hardening-guide.md --
#     # Security hardening guide
#     (v1.1 - 9 Jul 2025)
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- docs/security-hardening-guide.md --
#     # Security hardening guide
#     (v2.0 - 12 Jul 2025)
package policies.config.guide_version

# known is the version that the rules were written for.
known := "v2.0"

subjects contains guide.file if some guide in input.facts.guides

results contains result if {
	some guide in input.facts.guides
	guide.version != known
	result := {
		"message": sprintf("%s is version %s of the guide, the rules know %s", [guide.file, guide.version, known]),
		"path": guide.path,
		"identity": ["version"],
	}
}
