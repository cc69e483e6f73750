# METADATA
# title: Compose file does not load
# description: >-
#   Compose refuses the file, so nothing of it is deployed. Here the rest of the file is judged all the
#   same, and what was not seen is a gap as well.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-3.50]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Correct the file at the place that is shown; docker compose config loads it in the same way.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         prvileged: true
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
package policies.config.compose_unreadable

subjects contains name if some name, _ in input.facts.compose_files

results contains result if {
	some problem in input.facts.problems
	not problem.remote
	result := {
		"message": problem.message,
		"path": problem.path,
		"identity": [problem.message],
		"subject": problem.file,
	}
}
