package policies.dockerfile.health_tls_test

import data.policies.dockerfile.health_tls as rule

file(words) := {"facts": {"stages": [{"insecure": words}]}}

test_fires_on_flag if {
	some r in rule.results with input as file([{"text": "-k", "path": ["stages", 0]}])
	r.path == ["stages", 0]
}

test_silent_without_flag if {
	count(rule.results) == 0 with input as file([])
}
