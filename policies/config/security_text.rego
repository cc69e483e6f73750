# METADATA
# title: security.txt is not valid
# description: >-
#   Programs and researchers read security.txt by RFC 9116. Past its Expires field, or without
#   Contact, it counts as absent.
# scope: package
# related_resources:
#   - https://www.rfc-editor.org/rfc/rfc9116
# custom:
#   severity: low
#   controls: [SHG-11.04]
#   profiles: [strict]
#   remediation: >-
#     Give the file a Contact and an Expires that lies less than a year ahead, and renew it.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- site/.well-known/security.txt --
#     Contact: mailto:security@example.org
#     Expires: 2020-01-01T00:00:00Z
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- site/.well-known/security.txt --
#     Contact: mailto:security@example.org
#     Expires: 2099-01-01T00:00:00Z
package policies.config.security_text

subjects contains name if {
	some name, file in input.files
	file.family == "security-txt"
}

results contains result if {
	some name in subjects
	some i, field in input.files[name].content.fields
	field.name == "expires"
	problem := expiry(field.value)
	result := {
		"message": sprintf("%s %s", [name, problem]),
		"path": ["files", name, "content", "fields", i],
		"identity": [problem],
	}
}

results contains result if {
	some name in subjects
	some key in ["contact", "expires"]
	count([1 | some field in input.files[name].content.fields; field.name == key]) == 0
	result := {
		"message": sprintf("%s has no field %s", [name, key]),
		"path": ["files", name, "content", "fields", 0],
		"identity": ["no", key],
	}
}

date := `^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$`

expiry(value) := "has an Expires that is no date" if not regex.match(date, value)

expiry(value) := "has expired" if {
	regex.match(date, value)
	time.parse_rfc3339_ns(upper(value)) < time.parse_rfc3339_ns(data.now)
}
