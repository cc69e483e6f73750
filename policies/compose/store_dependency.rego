# METADATA
# title: Backend does not wait for its store
# description: >-
#   A backend that starts before its store fails its first requests or starts with half of its
#   settings.
# scope: package
# custom:
#   severity: low
#   controls: [SHG-3.19]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Name the store in depends_on of the backend.
#   bad: |
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#       valkey:
#         image: valkey/valkey:8.0
#   good: |
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         depends_on: [valkey]
#       valkey:
#         image: valkey/valkey:8.0
package policies.compose.store_dependency

import data.policies.lib.compose

stores contains name if {
	some name, service in input.facts.services
	service.role == "store"
}

subjects contains name if {
	some name, service in input.facts.services
	service.role == "backend"
	count(stores) > 0
}

results contains result if {
	some name in subjects
	count(stores & compose.depends_on(name)) == 0
	result := {
		"message": sprintf("service %s does not depend on a store (%s)", [name, concat(", ", stores)]),
		"path": ["services", name, "depends_on"],
	}
}
