# METADATA
# title: Service does not wait until its dependency works
# description: >-
#   A dependency that has only started may still refuse connections. The condition service_healthy
#   waits for its health check.
# scope: package
# custom:
#   severity: low
#   controls: [SHG-3.20]
#   profiles: [strict]
#   remediation: >-
#     Write depends_on as a mapping with condition service_healthy, or
#     service_completed_successfully for a job.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         depends_on: [db]
#       db:
#         image: postgres:17
#         healthcheck: {test: ["CMD", "pg_isready"]}
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         depends_on:
#           db: {condition: service_healthy}
#       db:
#         image: postgres:17
#         healthcheck: {test: ["CMD", "pg_isready"]}
package policies.compose.dependency_health

import data.policies.lib.compose

subjects contains [name, other] if {
	some name, _ in input.services
	some other in compose.depends_on(name)
	is_string(other)
	not input.providers[other]
}

results contains result if {
	some [name, other] in subjects
	condition(name, other) == "service_started"
	result := {
		"message": sprintf("service %s does not wait until %s is healthy", [name, other]),
		"path": ["services", name, "depends_on", other],
	}
}

condition(name, other) := input.services[name].depends_on[other].condition if {
	is_object(input.services[name].depends_on)
	input.services[name].depends_on[other].condition
} else := "service_started"
