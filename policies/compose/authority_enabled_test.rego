package policies.compose.authority_enabled_test

import data.policies.compose.authority_enabled as rule

service(value) := {"services": {"concelier": {"environment": {"CONCELIER_AUTHORITY__ENABLED": value}}}}

test_fires_when_off if {
	some r in rule.results with input as service("false")
	r.path == ["services", "concelier", "environment", "CONCELIER_AUTHORITY__ENABLED"]
}

test_silent_when_on if {
	count(rule.results) == 0 with input as service("True")
	count(rule.results) == 0 with input as service(true)
}
