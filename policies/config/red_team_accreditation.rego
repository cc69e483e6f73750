# METADATA
# title: Penetration test was not done by an accredited third party
# description: >-
#   A team that tests its own work overlooks its own assumptions. The guide asks for a
#   CREST-accredited third party.
# scope: package
# custom:
#   severity: info
#   controls: [SHG-10.06]
#   profiles: [guide, strict]
#   params: {accreditation: CREST}
#   remediation: >-
#     Let an accredited firm do the next test and name its accreditation in the evidence.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- evidence/pentest/2026.yaml --
#     date: 2026-05-01
#     tester: own team
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- evidence/pentest/2026.yaml --
#     date: 2026-05-01
#     tester: Example Ltd
#     accreditation: CREST
package policies.config.red_team_accreditation

import data.policies.lib.evidence

subjects contains name if some name in evidence.of("pentest")

results contains result if {
	some name in subjects
	not regex.match(data.params["config/red-team-accreditation"].accreditation, sprintf("%v", [object.get(input.files[name].content, "accreditation", "")]))
	result := {
		"message": sprintf("%s names no accreditation of the tester", [name]),
		"path": ["files", name, "content", "accreditation"],
		"identity": ["accreditation"],
	}
}
