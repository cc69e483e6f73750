# METADATA
# title: Nothing scans dependencies on a pull request
# description: >-
#   A known weakness is cheapest to keep out before the change is merged. A scan on push comes too
#   late for that.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-10.03]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Run this gate, trivy fs or actions/dependency-review-action in a workflow that starts on
#     pull_request.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- .github/workflows/scan.yml --
#     on:
#       push: {branches: [main]}
#     jobs:
#       job:
#         runs-on: ubuntu-latest
#         steps:
#           - run: trivy fs .
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- .github/workflows/scan.yml --
#     on:
#       pull_request:
#     jobs:
#       job:
#         runs-on: ubuntu-latest
#         steps:
#           - run: trivy fs .
package policies.config.dependency_scan

import data.policies.lib.workflows

subjects contains "repository" if {
	workflows.judged
}

# Whether a change waits for the job is set where the branch is protected.
unknown contains {"subject": "repository", "reason": "whether merging waits for the job is not seen"} if "repository" in subjects

results contains result if {
	"repository" in subjects
	count([1 |
		some found in workflows.dependencies
		found.workflow.trigger.pull_request
	]) == 0
	not workflows.unseen("pull_request")
	result := {
		"message": "no workflow scans the dependencies of each pull request",
		"path": workflows.place(workflows.dependencies),
		"subject": "repository",
		"whole": true,
	}
}
