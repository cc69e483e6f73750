# METADATA
# title: Critical alerts are not escalated by mail
# description: >-
#   Incidents of the first priority go to a mailbox that is read around the clock. An address
#   that was pasted from formatted text may hold a typographic hyphen and reaches nobody.
# scope: package
# related_resources:
#   - https://prometheus.io/docs/alerting/latest/configuration/#email_config
# custom:
#   severity: low
#   controls: [SHG-9.07]
#   profiles: [guide, strict]
#   remediation: >-
#     Add email_configs with the address of the security team, typed in plain ASCII, to the receiver
#     of critical alerts, or name the address in the incident runbook on the line on escalation.
#   bad: |
#     -- alertmanager.yml --
#     route:
#       receiver: on-call
#     receivers:
#       - name: on-call
#         email_configs:
#           - to: security@stella‑ops.org
#   good: |
#     -- alertmanager.yml --
#     route:
#       receiver: on-call
#     receivers:
#       - name: on-call
#         pagerduty_configs:
#           - routing_key_file: /run/secrets/pagerduty
#         email_configs:
#           - to: security@stella-ops.org
package policies.config.escalation_address

# plain is an address in ASCII, or a value that is filled in elsewhere.
plain := `^[!-~ ]*[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*[>!-~ ]*$|\{\{|\$\{`

subjects contains delivery.path if some delivery in input.facts.deliveries

addresses(delivery) := [address | some receiver in delivery.critical; some address in receiver.addresses]

# documented is true when a runbook names the address.
documented if {
	some file in input.files
	file.family == "document"
	some line in file.content.lines
	regex.match(`(?i)escalat|\bP1\b`, line)
	regex.match(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]+`, line)
}

results contains {"message": message, "path": delivery.path, "identity": ["none"]} if {
	some delivery in input.facts.deliveries
	count(addresses(delivery)) == 0
	not documented
	message := "the receivers of critical alerts have no e-mail address to escalate to"
}

results contains {"message": message, "path": address.path, "identity": [address.text]} if {
	some delivery in input.facts.deliveries
	some address in addresses(delivery)
	not regex.match(plain, address.text)
	message := sprintf("%s is not a plain e-mail address; type its hyphens and quotes again", [address.text])
}
