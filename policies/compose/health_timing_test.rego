package policies.compose.health_timing_test

import data.policies.compose.health_timing as rule

checked(health) := {"facts": {"services": {"web": {"role": "backend", "health": object.union({"set": true}, health)}}}}

test_fires_on_each_bound if {
	some r in rule.results with input as checked({"interval": 600, "timeout": 5, "retries": 5})
	r.path == ["services", "web", "healthcheck", "interval"]
	count(rule.results) == 1 with input as checked({"interval": 30, "timeout": 6, "retries": 5})
	count(rule.results) == 1 with input as checked({"interval": 30, "timeout": 5, "retries": 6})
	count(rule.results) == 1 with input as checked({"interval": 30, "timeout": 0, "retries": 5})
}

test_silent_within_bounds if {
	count(rule.results) == 0 with input as checked({"interval": 30, "timeout": 5, "retries": 5})
	count(rule.results) == 0 with input as {"facts": {"services": {"web": {"role": "other", "health": {"set": true, "interval": 600}}}}}
}
