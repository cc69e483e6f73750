package policies.dockerfile.secret_test

import data.policies.dockerfile.secret as rule

stage(secrets) := {"facts": {"stages": [{"secrets": secrets}]}}

test_fires_on_secret if {
	some r in rule.results with input as stage([{"from": "ENV", "key": "API_KEY", "path": ["stages", 0, "instructions", 1]}])
	r.path == ["stages", 0, "instructions", 1]
}

test_silent_without_secret if {
	count(rule.results) == 0 with input as stage([])
}
