# METADATA
# title: Last penetration test is too long ago
# description: >-
#   The guide asks for an external test every year or before general availability. The evidence is
#   a dated file in evidence/pentest/.
# scope: package
# custom:
#   severity: low
#   controls: [SHG-10.05]
#   profiles: [guide, strict]
#   params: {days: 365}
#   remediation: >-
#     Add evidence/pentest/<date>.yaml with date, tester and accreditation after the test.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- evidence/pentest/2020.yaml --
#     date: 2020-05-01
#     tester: Example Ltd
#     accreditation: CREST
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- evidence/pentest/2099.yaml --
#     date: 2099-05-01
#     tester: Example Ltd
#     accreditation: CREST
package policies.config.red_team

import data.policies.lib.evidence

subjects contains "repository" if {
	count(evidence.of("pentest")) > 0
	data.now
}

results contains result if {
	"repository" in subjects
	count([1 |
		some name in evidence.of("pentest")
		evidence.age(name) <= data.params["config/red-team"].days
	]) == 0
	latest := max(evidence.of("pentest"))
	result := {
		"message": sprintf("%s shows no test within the last %v days", [latest, data.params["config/red-team"].days]),
		"path": ["files", latest, "content", "date"],
		"whole": true,
		"subject": "repository",
	}
}
