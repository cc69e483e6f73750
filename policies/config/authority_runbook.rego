# METADATA
# title: Runbook for the authority audit is missing
# description: >-
#   Whoever is woken by an alert about refused requests needs to know what the fields mean and
#   what to do.
# scope: package
# custom:
#   severity: info
#   controls: [SHG-7.31]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Add docs/modules/concelier/operations/authority-audit-runbook.md, or a runbook of that name
#     elsewhere.
#   bad: |
#     -- compose.yaml --
#     services:
#       concelier:
#         image: registry.example.org/concelier:1.0
#         environment: {CONCELIER_AUTHORITY__ENABLED: "true"}
#   good: |
#     -- compose.yaml --
#     services:
#       concelier:
#         image: registry.example.org/concelier:1.0
#         environment: {CONCELIER_AUTHORITY__ENABLED: "true"}
#     -- docs/authority-audit-runbook.md --
#     # Authority audit runbook
package policies.config.authority_runbook

subjects contains "repository" if {
	input.complete
	count(input.facts.derived.concelier) > 0
}

results contains result if {
	"repository" in subjects
	count([1 |
		some name, file in input.files
		file.family == "document"
		regex.match(`authority[^/]*(audit|runbook)[^/]*$|runbook[^/]*authority`, lower(name))
	]) == 0
	result := {
		"message": "the repository has no runbook for the audit of the authority",
		"path": input.facts.anchor,
		"subject": "repository",
	}
}
