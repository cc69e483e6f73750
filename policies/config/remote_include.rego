# METADATA
# title: Stack includes a file from elsewhere
# description: >-
#   A file that is fetched when the stack starts is not in the review, and is not judged here. Its
#   owner decides what runs.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-3.49]
#   profiles: [strict]
#   remediation: >-
#     Commit a copy of the file and include that.
#   bad: |
#     -- compose.yaml --
#     include: ["https://example.org/stack.git"]
#     services:
#       web:
#         image: registry.example.org/web:1.0
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
package policies.config.remote_include

subjects contains name if some name, _ in input.facts.compose_files

results contains result if {
	some problem in input.facts.problems
	problem.remote
	result := {
		"message": problem.message,
		"path": problem.path,
		"identity": [problem.message],
		"subject": problem.file,
	}
}
