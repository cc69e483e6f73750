package policies.kubernetes.store_password_test

import data.policies.kubernetes.store_password as rule

container(name, from, held) := {"facts": {"containers": [{"name": "b", "env": [{
	"name": name, "from": from, "held": held,
	"path": ["e"],
}]}]}}

test_fires_on_literal_and_config_map if {
	some r in rule.results with input as container("VALKEY_PASS", "literal", true)
	r.path == ["e"]
	count(rule.results) == 1 with input as container("POSTGRES_PASSWORD", "configmap", false)
}

test_silent_on_secret if {
	count(rule.results) == 0 with input as container("VALKEY_PASS", "secret", false)
	count(rule.subjects) == 1 with input as container("VALKEY_PASS", "secret", false)
	count(rule.subjects) == 0 with input as container("SMTP_PASSWORD", "literal", true)
}
