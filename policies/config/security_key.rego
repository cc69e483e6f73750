# METADATA
# title: Reports of weaknesses cannot be encrypted
# description: >-
#   A report describes how to break in. Without a public key it travels and lies in mailboxes in the
#   clear.
# scope: package
# custom:
#   severity: low
#   controls: [SHG-11.02]
#   profiles: [guide, strict]
#   remediation: >-
#     Publish a key and name it: Encryption: in security.txt, or its address or fingerprint in
#     SECURITY.md. A private form over https does as well.
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
#     Write to security@example.org, PGP key https://example.org/pgp-key.txt.
package policies.config.security_key

import data.policies.lib.prose

texts contains name if {
	some name, file in input.files
	file.family == "security-txt"
}

policies contains name if {
	some name in {"SECURITY.md", ".github/SECURITY.md", "docs/SECURITY.md"}
	input.files[name]
}

subjects contains name if some name in (texts | policies)

named if {
	some name in texts
	some field in input.files[name].content.fields
	field.name == "encryption"
}

named if {
	some name in policies
	count(prose.lines(name, `(?i)\b(pgp|gpg|openpgp|age1|fingerprint)\b|/security/advisories`)) > 0
}

results contains result if {
	not named
	some name in subjects
	result := {
		"message": sprintf("%s names no key to encrypt a report with", [name]),
		"path": place(name),
		"identity": ["key"],
	}
}

place(name) := ["files", name, "content", "lines", 0] if name in policies

place(name) := ["files", name, "content", "fields", 0] if name in texts
