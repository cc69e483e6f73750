package policies.compose.authority_anonymous_test

import data.policies.compose.authority_anonymous as rule

service(value) := {"services": {"concelier": {"environment": {"CONCELIER_AUTHORITY__ALLOWANONYMOUSFALLBACK": value}}}}

test_fires_when_on if {
	some r in rule.results with input as service("true")
	r.severity == "critical"
	r.path == ["services", "concelier", "environment", "CONCELIER_AUTHORITY__ALLOWANONYMOUSFALLBACK"]
}

test_fires_milder_before_the_deadline if {
	{r.severity | some r in rule.results} == {"medium"} with input as service(true)
		with data.now as "2025-06-01T00:00:00Z"
	{r.severity | some r in rule.results} == {"critical"} with input as service(true)
		with data.now as "2026-06-01T00:00:00Z"
}

test_silent_when_off if {
	count(rule.results) == 0 with input as service("false")
}

test_silent_elsewhere if {
	count(rule.subjects) == 0 with input as {"services": {"web": {"environment": {"DEBUG": "true"}}}}
	count(rule.subjects) == 0 with input as {"services": {"web": {}}}
}
