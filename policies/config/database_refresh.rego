# METADATA
# title: Vulnerability database is refreshed too rarely
# description: >-
#   New vulnerabilities are published every day. A schedule with gaps of more than 24 hours
#   leaves the scanner blind in between.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-8.02]
#   profiles: [guide, strict]
#   remediation: >-
#     Run the job at least daily, such as with the cron expression 0 3 * * * or the interval
#     24:00:00 at most.
#   bad: |
#     -- concelier.yaml --
#     concelier:
#       authority: {enabled: true}
#       jobs:
#         definitions:
#           "export:trivy-db": {cronExpression: 0 3 * * 1}
#   good: |
#     -- concelier.yaml --
#     concelier:
#       authority: {enabled: true}
#       jobs:
#         definitions:
#           "export:trivy-db": {cronExpression: 0 3 * * *}
package policies.config.database_refresh

subjects contains refresh.path if some refresh in input.facts.derived.refreshes

results contains result if {
	some refresh in input.facts.derived.refreshes
	refresh.hours > 24
	result := {
		"message": sprintf("up to %v hours pass between two refreshes of the vulnerability database (%s)", [round(refresh.hours), refresh.text]),
		"path": refresh.path,
		"identity": ["refresh"],
		"degree": refresh.hours,
	}
}
