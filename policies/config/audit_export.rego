# METADATA
# title: Audit events are not exported every day
# description: >-
#   The audit stream lives in the store. What is not copied to the SIEM within a day is lost with
#   it, or changed by who broke in.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-7.08]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Schedule a job that exports the stream audit at least every 24 hours.
#   bad: |
#     -- compose.yaml --
#     services:
#       concelier:
#         image: registry.example.org/concelier:1.0
#         environment: {CONCELIER_AUTHORITY__ENABLED: "true"}
#     -- ops/crontab --
#     0 3 * * 1 ops export-audit
#   good: |
#     -- compose.yaml --
#     services:
#       concelier:
#         image: registry.example.org/concelier:1.0
#         environment: {CONCELIER_AUTHORITY__ENABLED: "true"}
#     -- ops/crontab --
#     0 3 * * * ops export-audit
package policies.config.audit_export

jobs contains job if {
	some job in input.facts.scheduled
	contains(job.text, "audit")
}

subjects contains "repository" if {
	input.complete
	count(input.facts.derived.concelier) > 0
}

results contains result if {
	"repository" in subjects
	count([1 | some job in jobs; job.hours > 0; job.hours <= 24]) == 0
	result := {
		"message": "no scheduled job exports the audit events at least every 24 hours",
		"path": place,
		"whole": true,
		"subject": "repository",
	}
}

place := [job.path | some job in jobs][0] if {
	count(jobs) == 1
} else := input.facts.anchor
