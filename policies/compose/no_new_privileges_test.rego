package policies.compose.no_new_privileges_test

import data.policies.compose.no_new_privileges as rule

with_option(role, on) := {"facts": {"services": {"web": {"role": role, "no_new_privileges": on}}}}

test_fires_when_off if {
	some r in rule.results with input as with_option("other", false)
	r.path == ["services", "web", "security_opt"]
}

test_silent_when_on if {
	count(rule.results) == 0 with input as with_option("other", true)
}

test_silent_for_stores if {
	count(rule.results) == 0 with input as with_option("store", false)
	count(rule.subjects) == 0 with input as with_option("store", false)
}
