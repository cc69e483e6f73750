# METADATA
# title: Nothing scans the running application on a merge
# description: >-
#   The guide asks for a ZAP baseline on each merge to main. A scan that starts by hand or once a
#   week finds a weakness after it was released.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-10.01]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Run this gate with the dynamic stage, or zaproxy/action-baseline, in a workflow that starts
#     on push to the default branch.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- .github/workflows/scan.yml --
#     on:
#       workflow_dispatch:
#     jobs:
#       job:
#         runs-on: ubuntu-latest
#         steps:
#           - uses: zaproxy/action-baseline@0123456789abcdef0123456789abcdef01234567
#   good: |
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
#           - uses: zaproxy/action-baseline@0123456789abcdef0123456789abcdef01234567
package policies.config.dynamic_scan

import data.policies.lib.workflows

# Only what is built with workflows can be asked for one.
subjects contains "repository" if {
	workflows.judged
}

# Whether a change waits for the job is set where the branch is protected.
unknown contains {"subject": "repository", "reason": "whether merging waits for the job is not seen"} if "repository" in subjects

results contains result if {
	"repository" in subjects
	count([1 |
		some found in workflows.dynamic
		found.workflow.trigger.merge
	]) == 0
	not workflows.unseen("merge")
	result := {
		"message": "no workflow runs a dynamic scan on each merge to the default branch",
		"path": workflows.place(workflows.dynamic),
		"subject": "repository",
		"whole": true,
	}
}
