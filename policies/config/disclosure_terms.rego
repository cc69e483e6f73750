# METADATA
# title: Security policy does not say what happens to a report
# description: >-
#   Whoever reports a weakness wants to know when it may be published and whether the finder is
#   named.
# scope: package
# custom:
#   severity: info
#   controls: [SHG-11.03]
#   profiles: [guide, strict]
#   remediation: >-
#     Say in SECURITY.md how disclosure is coordinated and what credit is given.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- SECURITY.md --
#     # Security
#
#     Write to security@example.org.
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- SECURITY.md --
#     # Security
#
#     Write to security@example.org. Disclosure is coordinated; finders are credited.
package policies.config.disclosure_terms

import data.policies.lib.prose

# A missing policy is reported by config/security-policy.
subjects contains name if {
	some name in {"SECURITY.md", ".github/SECURITY.md", "docs/SECURITY.md"}
	input.files[name]
}

results contains result if {
	some name in subjects
	count(prose.lines(name, `(?i)disclos|credit|acknowledg|reward|bounty|swag`)) == 0
	result := {
		"message": sprintf("%s does not say how disclosure is coordinated", [name]),
		"path": ["files", name, "content", "lines", 0],
		"identity": ["disclosure"],
	}
}
