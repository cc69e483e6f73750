# METADATA
# title: No detection of unexpected scopes
# description: >-
#   A token whose scopes are none of those that start jobs, used on a job all the same, is a
#   client that was given too much or was taken over.
# scope: package
# related_resources:
#   - https://sigmahq.io/docs/basics/rules.html
# custom:
#   severity: low
#   controls: [SHG-7.28]
#   profiles: [guide, strict]
#   remediation: >-
#     Add a rule on the audit log that lists the scopes that may start jobs and takes all others.
#   bad: |
#     -- siem/scopes.yml --
#     title: Jobs started
#     logsource: {product: concelier, service: audit}
#     detection:
#       jobs: {path|startswith: /jobs}
#       condition: jobs
#   good: |
#     -- siem/scopes.yml --
#     title: Jobs started with unexpected scopes
#     logsource: {product: concelier, service: audit}
#     detection:
#       jobs: {path|startswith: /jobs}
#       expected: {scopes: [concelier.jobs.trigger]}
#       condition: jobs and not expected
package policies.config.siem_unexpected_scope

import data.policies.lib.detections

subjects contains "detections" if detections.present

# A rule in the repository is not yet one that looks at events.
unknown contains {"subject": "detections", "reason": "whether the SIEM has these rules is not seen", "path": input.facts.detections.anchor} if {
	detections.present
}

results contains result if {
	detections.missing("unexpected-scope")
	result := {
		"message": "no detection picks out scopes that are not on a list of expected ones",
		"path": input.facts.anchor,
		"subject": "detections",
	}
}
