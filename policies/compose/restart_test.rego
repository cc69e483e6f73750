package policies.compose.restart_test

import data.policies.compose.restart as rule

service(restart) := {"services": {"web": {"restart": restart}}}

test_fires_on_always if {
	some r in rule.results with input as service("always")
	r.path == ["services", "web", "restart"]
}

test_silent_on_bounds if {
	count(rule.results) == 0 with input as service("on-failure:5")
	count(rule.results) == 0 with input as service("no")
}
