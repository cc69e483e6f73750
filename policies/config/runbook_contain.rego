# METADATA
# title: Runbook does not say how to contain an incident
# description: >-
#   In the first minutes somebody has to stop the affected service and save the state of the
#   store. Nobody thinks of both unless it is written down.
# scope: package
# custom:
#   severity: info
#   controls: [SHG-9.02]
#   profiles: [guide, strict]
#   remediation: >-
#     Add a section to the incident runbook: stop the affected backend, isolate the snapshot of
#     the store.
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
#     ## Contain
#
#     Stop the backend and isolate the snapshot.
package policies.config.runbook_contain

import data.policies.lib.prose

subjects contains "repository" if {
	input.complete
	input.facts.deploys
}

results contains result if {
	"repository" in subjects
	count(prose.saying(`incident|runbook|playbook|response|security`, `(?i)contain|isolat`)) == 0
	result := {
		"message": "no runbook says how to contain an incident",
		"path": prose.place(`incident|runbook|playbook|response|security`),
		"whole": true,
		"subject": "repository",
	}
}
