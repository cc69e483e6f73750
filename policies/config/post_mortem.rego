# METADATA
# title: Nobody has to look back at an incident
# description: >-
#   What is not written up within days is forgotten, and happens again.
# scope: package
# custom:
#   severity: low
#   controls: [SHG-9.05]
#   profiles: [guide, strict]
#   remediation: >-
#     Add a template or a section of the runbook for the post-mortem, and say that it is due
#     within 72 hours.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- docs/incident.md --
#     # Incident runbook
#
#     Call somebody.
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- docs/incident.md --
#     # Incident runbook
#
#     ## Review
#
#     Write the post-mortem within 72 hours.
package policies.config.post_mortem

import data.policies.lib.prose

subjects contains "repository" if {
	input.complete
	input.facts.deploys
}

results contains result if {
	"repository" in subjects
	count(prose.saying(`incident|runbook|playbook|post-?mortem|response`, `(?i)72[ -]?h|three days`)) == 0
	result := {
		"message": "no runbook or template asks for a post-mortem within 72 hours",
		"path": prose.place(`incident|runbook|playbook|post-?mortem|response`),
		"whole": true,
		"subject": "repository",
	}
}
