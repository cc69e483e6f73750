# METADATA
# title: Critical alerts reach nobody
# description: >-
#   An incident is found by an alert that wakes somebody. An alert that is evaluated but sent
#   nowhere, or to a receiver without a channel, is seen by nobody.
# scope: package
# related_resources:
#   - https://prometheus.io/docs/alerting/latest/configuration/#route
# custom:
#   severity: medium
#   controls: [SHG-9.01]
#   profiles: [guide, strict]
#   remediation: >-
#     Name an Alertmanager under alerting in Prometheus, and in Alertmanager route severity critical
#     to a receiver with a channel such as pagerduty_configs.
#   bad: |
#     -- alertmanager.yml --
#     route:
#       receiver: "null"
#     receivers:
#       - name: "null"
#   good: |
#     -- alertmanager.yml --
#     route:
#       receiver: "null"
#       routes:
#         - receiver: on-call
#           matchers: [severity = "critical"]
#     receivers:
#       - name: "null"
#       - name: on-call
#         pagerduty_configs:
#           - routing_key_file: /run/secrets/pagerduty
package policies.config.alert_delivery

import data.policies.lib.deployed

subjects contains delivery.path if some delivery in input.facts.deliveries

subjects contains server.path if {
	some server in input.facts.metrics.servers
	server.rules
}

unknown contains deployed.unread(subject, subject) if some subject in subjects

# An address that nobody resolves reaches nobody.
unknown contains {"subject": delivery.path, "reason": "the address of a receiver does not exist", "path": delivery.path} if {
	some delivery in input.facts.deliveries
	walk(object.get(input.files, [delivery.path[1], "content", "receivers"], []), [_, value])
	is_string(value)
	regex.match(`://[^/]*\.(example|invalid|test)([:/]|$)`, value)
}

reached(delivery) if {
	some receiver in delivery.critical
	count(receiver.channels) > 0
}

results contains {"message": message, "path": delivery.path} if {
	some delivery in input.facts.deliveries
	not reached(delivery)
	message := sprintf("critical alerts go to %s, which sends them nowhere", [names(delivery)])
}

names(delivery) := "a receiver that does not exist" if {
	count(delivery.critical) == 0
} else := concat(", ", {sprintf("receiver %s", [r.name]) | some r in delivery.critical})

results contains {"message": message, "path": server.path} if {
	some server in input.facts.metrics.servers
	server.rules
	not server.alerting
	message := "Prometheus evaluates rule files but has no Alertmanager to send alerts to"
}
