# METADATA
# title: Repository does not say where to report a weakness
# description: >-
#   Whoever finds a weakness needs a private channel. Without one the report lands in a public
#   issue, or nowhere.
# scope: package
# related_resources:
#   - https://docs.github.com/code-security/getting-started/adding-a-security-policy-to-your-repository
# custom:
#   severity: medium
#   controls: [SHG-11.01]
#   profiles: [guide, strict]
#   remediation: >-
#     Add a SECURITY.md with an e-mail address or the address of a private form, in plain ASCII.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- SECURITY.md --
#     # Security
#
#     We take security seriously.
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- SECURITY.md --
#     # Security
#
#     Write to security@example.org.
package policies.config.security_policy

# names are where GitHub looks for a security policy.
names := {"SECURITY.md", ".github/SECURITY.md", "docs/SECURITY.md"}

subjects contains "repository" if {
	input.complete
	input.facts.deploys
}

policies contains name if {
	some name in names
	input.files[name]
}

channels contains name if {
	some name in policies
	some line in input.files[name].content.lines
	regex.match(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]+|https://[^\s)>]+`, line)
}

results contains result if {
	"repository" in subjects
	count(policies) == 0
	result := {
		"message": "the repository has no SECURITY.md",
		"path": input.facts.anchor,
	}
}

results contains result if {
	"repository" in subjects
	count(channels) == 0
	some name in policies
	result := {
		"message": sprintf("%s names neither an e-mail address nor an https address for reports", [name]),
		"path": ["files", name, "content", "lines", 0],
		"identity": ["address"],
	}
}
