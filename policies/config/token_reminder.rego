# METADATA
# title: Nothing reminds of the end of the client token
# description: >-
#   The token of offline clients ends after 30 days, and with it the quota. Somebody has to be
#   reminded some days before.
# scope: package
# custom:
#   severity: low
#   controls: [SHG-5.15]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Schedule a job that warns five days before, or alert on stella_quota_token_days_remaining.
#   bad: |
#     -- compose.yaml --
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         volumes: ["./client.jwt:/var/lib/stella/tokens/client.jwt:ro"]
#   good: |
#     -- compose.yaml --
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         volumes: ["./client.jwt:/var/lib/stella/tokens/client.jwt:ro"]
#     -- ops/crontab --
#     0 8 * * * ops remind-token-expiry client.jwt 5
package policies.config.token_reminder

import data.policies.lib.alerts

subjects contains "repository" if {
	input.complete
	is_array(input.facts.token)
}

results contains result if {
	"repository" in subjects
	count([1 |
		some found in alerts.measuring("stella_quota_token_days_remaining")
		found.comparison.threshold >= 5
	]) == 0
	count([1 |
		some job in input.facts.scheduled
		regex.match(`client\.jwt|token.*(expir|remind|renew)|(expir|remind|renew).*token`, job.text)
	]) == 0
	result := {
		"message": "neither a scheduled job nor an alert reminds of the end of the client token",
		"path": input.facts.anchor,
		"subject": "repository",
	}
}
