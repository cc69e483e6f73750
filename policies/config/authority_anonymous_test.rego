package policies.config.authority_anonymous_test

import data.policies.config.authority_anonymous as rule

repository(value) := {"facts": {"settings": [{
	"name": "concelier.authority.allowanonymousfallback", "value": value, "known": true, "from": "file",
	"service": "", "overridden": false, "path": ["files", "concelier.yaml", "x"],
}]}}

test_fires_when_on if {
	some r in rule.results with input as repository(true)
	r.severity == "critical"
	r.path == ["files", "concelier.yaml", "x"]
	r.fix.value == false
}

test_fires_milder_before_the_deadline if {
	{r.severity | some r in rule.results} == {"medium"} with input as repository("true")
		with data.now as "2025-06-01T00:00:00Z"
	{r.severity | some r in rule.results} == {"critical"} with input as repository("true")
		with data.now as "2026-06-01T00:00:00Z"
}

test_silent_when_off if {
	count(rule.results) == 0 with input as repository(false)
	count(rule.subjects) == 1 with input as repository(false)
}
