package policies.kubernetes.secret_literal_test

import data.policies.kubernetes.secret_literal as rule

holding(secrets) := {"facts": {"containers": [{"name": "web", "secrets": secrets}]}}

test_fires_on_literal if {
	some r in rule.results with input as holding([{"key": "DB_PASSWORD", "path": ["spec", "containers", 0, "env", 0, "value"]}])
	r.path == ["spec", "containers", 0, "env", 0, "value"]
}

test_silent_without_secrets if {
	count(rule.results) == 0 with input as holding([])
}
