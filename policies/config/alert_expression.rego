# METADATA
# title: Alert expression is not valid
# description: >-
#   Prometheus refuses a whole rule file when one expression in it is broken, so none of the
#   alerts in it exists.
# scope: package
# related_resources:
#   - https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/#syntax-checking-rules
# custom:
#   severity: medium
#   controls: [SHG-7.09, SHG-7.10, SHG-7.11]
#   profiles: [guide, strict]
#   remediation: Correct the expression; promtool check rules FILE says what is wrong with it.
#   bad: |
#     -- rules/store.yml --
#     groups:
#       - name: store
#         rules:
#           - alert: StoreFull
#             expr: redis_memory_used_bytes / > 0.75
#   good: |
#     -- rules/store.yml --
#     groups:
#       - name: store
#         rules:
#           - alert: StoreDown
#             expr: redis_up == 0
package policies.config.alert_expression

import data.policies.lib.deployed

subjects contains alert.path if some alert in input.facts.alerts.rules

unknown contains {"subject": alert.path, "reason": "no deployed server is known to load the rule file", "path": alert.path} if {
	some alert in input.facts.alerts.rules
	not deployed.loads(alert.path)
}

results contains result if {
	some alert in input.facts.alerts.rules
	alert.language == "unknown"
	result := {
		"message": sprintf("the expression of alert %s is not valid: %s", [alert.name, alert.problem]),
		"path": alert.path,
		"subject": alert.name,
		"identity": ["expression"],
	}
}
