# METADATA
# title: No alert warns before the client token ends
# description: >-
#   The backend reports how many days its offline token still lives. When nobody is warned five
#   days before, scans stop on the day it ends.
# scope: package
# related_resources:
#   - https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
# custom:
#   severity: medium
#   controls: [SHG-5.16]
#   profiles: [guide, strict]
#   remediation: >-
#     Add an alert on stella_quota_token_days_remaining < 5 (or a higher number of days).
#   bad: |
#     -- rules/backend.yml --
#     groups:
#       - name: backend
#         rules:
#           - alert: TokenEnds
#             expr: stella_quota_token_days_remaining < 2
#   good: |
#     -- rules/backend.yml --
#     groups:
#       - name: backend
#         rules:
#           - alert: TokenEnds
#             expr: min(stella_quota_token_days_remaining) < 5
package policies.config.alert_token_expiry

import data.policies.lib.alerts

found := {f |
	some f in alerts.measuring(`^stella_quota_token_days_remaining$`)
	f.comparison.op in {"<", "<="}
}

in_time if {
	some f in found
	f.comparison.threshold >= 5
}

subjects contains subject if some subject in alerts.subjects(found)

unknown contains doubt if {
	count(subjects) > 0
	some doubt in alerts.doubts(found)
}

results contains {"message": message, "path": input.facts.anchor} if {
	alerts.whole
	count(found) == 0
	message := "no alert compares stella_quota_token_days_remaining with the days that are left; 5 or more are wanted"
}

results contains result if {
	not in_time
	some f in found
	result := {
		"message": sprintf("alert %s fires %v days before the token ends; 5 or more are wanted", [f.alert.name, f.comparison.threshold]),
		"path": f.comparison.path,
		"identity": ["late"],
		"degree": 0 - f.comparison.threshold,
		"subject": f.alert.name,
	}
}
