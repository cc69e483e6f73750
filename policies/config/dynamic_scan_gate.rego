# METADATA
# title: Dynamic scan cannot stop a change
# description: >-
#   A scan that never fails is not read, and an action by a branch or tag is whatever its owner
#   puts there.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-10.02]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Name the action by its full commit, and let it fail the job: fail_action true, no
#     continue-on-error.
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
#           - uses: zaproxy/action-baseline@master
#             with: {fail_action: false}
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
#             with: {fail_action: true}
package policies.config.dynamic_scan_gate

import data.policies.lib.workflows

subjects contains found.step.path if some found in workflows.dynamic

# What is scanned may be another system, and whether merging waits is not seen.
unknown contains {"subject": found.step.path, "reason": "whether it scans this stack and merging waits for it is not seen", "path": found.step.path} if {
	some found in workflows.dynamic
}

results contains result if {
	some found in workflows.dynamic
	is_object(found.step.uses)
	not found.step.uses.pinned
	result := {
		"message": sprintf("%s is not pinned to a commit", [found.step.uses.text]),
		"path": found.step.path,
		"identity": ["unpinned", found.step.uses.name],
		"subject": found.workflow.file,
	}
}

results contains result if {
	some found in workflows.dynamic
	some problem in problems(found.step)
	result := {
		"message": sprintf("the dynamic scan of %s %s", [found.workflow.file, problem]),
		"path": found.step.path,
		"identity": [problem],
		"subject": found.workflow.file,
	}
}

problems(step) := ({"does not fail on what it finds (fail_action)" |
	startswith(step.uses.name, "zaproxy/")
	lower(object.get(step["with"], "fail_action", "false")) != "true"
} | {"may fail without stopping the job (continue-on-error)" |
	is_array(step.tolerated)
}) | {"hides its exit code" |
	some command in step.commands
	workflows.scans(command)
	command.ignored != ""
}
