# METADATA
# title: No detection of refused requests from bypass networks
# description: >-
#   A request that came from a bypass network and was refused all the same shows that the bypass
#   is tried out or configured wrongly. Only the audit log shows both facts of one request.
# scope: package
# related_resources:
#   - https://sigmahq.io/docs/basics/rules.html
# custom:
#   severity: medium
#   controls: [SHG-7.27]
#   profiles: [guide, strict]
#   remediation: >-
#     Add a rule on the audit log that asks for status 401 and bypass true in the same event.
#   bad: |
#     -- siem/refused.yml --
#     title: Refused requests
#     logsource: {product: concelier, service: audit}
#     detection:
#       refused: {status: 401}
#       condition: refused
#   good: |
#     -- siem/refused.yml --
#     title: Refused requests from bypass networks
#     logsource: {product: concelier, service: audit}
#     detection:
#       refused: {status: 401}
#       bypassed: {bypass: true}
#       condition: refused and bypassed
package policies.config.siem_refused_bypass

import data.policies.lib.detections

subjects contains "detections" if detections.present

# A rule in the repository is not yet one that looks at events.
unknown contains {"subject": "detections", "reason": "whether the SIEM has these rules is not seen", "path": input.facts.detections.anchor} if {
	detections.present
}

results contains result if {
	detections.missing("refused-bypass")
	result := {
		"message": "no detection asks for status 401 and bypass true in one event",
		"path": input.facts.anchor,
		"subject": "detections",
	}
}
