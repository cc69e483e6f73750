package policies.compose.health_tls_test

import data.policies.compose.health_tls as rule

checked(insecure) := {"facts": {"services": {"web": {"health": {"set": true}, "insecure": insecure}}}}

test_fires_on_flag if {
	some r in rule.results with input as checked(["-k"])
	r.path == ["services", "web", "healthcheck", "test"]
}

test_silent_without_flag if {
	count(rule.results) == 0 with input as checked([])
}
