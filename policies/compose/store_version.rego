# METADATA
# title: Store is older than the guide asks for
# description: >-
#   Older releases miss fixes, and Redis before 8 is under another licence. The guide was written
#   for Valkey 8.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-3.27]
#   profiles: [guide-literal, guide, strict]
#   params: {major: 8}
#   remediation: >-
#     Use valkey/valkey from version 8 on, pinned by digest.
#   bad: |
#     services:
#       cache:
#         image: redis:6
#   good: |
#     services:
#       cache:
#         image: valkey/valkey:8.0.2-alpine
package policies.compose.store_version

subjects contains name if {
	some name, service in input.facts.services
	service.image.name in {"redis", "valkey"}
}

# A tag without a number, or a digest alone, does not say the version.
unknown contains {"subject": name, "reason": "its tag names no version", "path": ["services", name, "image"]} if {
	some name in subjects
	image := input.facts.services[name].image
	not versioned(image)
}

versioned(image) if {
	image.major >= 0
	image.known
}

results contains result if {
	some name in subjects
	image := input.facts.services[name].image
	image.major >= 0
	image.major < data.params["compose/store-version"].major
	result := {
		"message": sprintf("store %s runs %s %d, older than %v", [name, image.name, image.major, data.params["compose/store-version"].major]),
		"path": ["services", name, "image"],
		"identity": [image.name],
		"degree": 0 - image.major,
	}
}
