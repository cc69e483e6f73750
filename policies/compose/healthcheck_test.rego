package policies.compose.healthcheck_test

import data.policies.compose.healthcheck as rule

checked(role, health) := {"facts": {"services": {"web": {"role": role, "health": health}}}}

test_fires_without_check if {
	some r in rule.results with input as checked("other", {"set": false, "off": false})
	r.path == ["services", "web", "healthcheck"]
	count(rule.results) == 1 with input as checked("other", {"set": false, "off": true})
}

test_silent_with_check if {
	count(rule.results) == 0 with input as checked("other", {"set": true, "off": false})
	count(rule.results) == 0 with input as checked("store", {"set": false, "off": false})
}
