package policies.compose.dependency_health_test

import data.policies.compose.dependency_health as rule

waiting(on) := {"services": {"web": {"depends_on": on}, "db": {}}}

test_fires_on_started if {
	count(rule.results) == 1 with input as waiting(["db"])
	some r in rule.results with input as waiting({"db": {"condition": "service_started"}})
	r.path == ["services", "web", "depends_on", "db"]
}

test_silent_on_healthy if {
	count(rule.results) == 0 with input as waiting({"db": {"condition": "service_healthy"}})
	count(rule.results) == 0 with input as waiting(null)
}
