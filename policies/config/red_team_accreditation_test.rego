package policies.config.red_team_accreditation_test

import data.policies.config.red_team_accreditation as rule

file(content) := {"files": {"evidence/pentest/a.yaml": {"family": "evidence", "content": content}}}

test_fires_without_accreditation if {
	some r in rule.results with input as file({"tester": "us"})
	r.path == ["files", "evidence/pentest/a.yaml", "content", "accreditation"]
}

test_silent_with_accreditation if {
	count(rule.results) == 0 with input as file({"accreditation": "CREST"})
}
