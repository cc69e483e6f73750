# METADATA
# title: Runbook does not say how to get rid of an intruder
# description: >-
#   A redeployment from unverified images, or with the old secrets, brings the intruder back.
# scope: package
# custom:
#   severity: info
#   controls: [SHG-9.03]
#   profiles: [guide, strict]
#   remediation: >-
#     Add a section to the incident runbook: pull verified images, redeploy, rotate all secrets.
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
#     ## Eradicate
#
#     Pull verified images, redeploy, rotate secrets.
package policies.config.runbook_eradicate

import data.policies.lib.prose

subjects contains "repository" if {
	input.complete
	input.facts.deploys
}

results contains result if {
	"repository" in subjects
	count(prose.saying(`incident|runbook|playbook|response|security`, `(?i)eradicat|rotate|redeploy`)) == 0
	result := {
		"message": "no runbook says how to redeploy verified images and rotate secrets",
		"path": prose.place(`incident|runbook|playbook|response|security`),
		"whole": true,
		"subject": "repository",
	}
}
