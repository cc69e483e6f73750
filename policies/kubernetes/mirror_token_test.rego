package policies.kubernetes.mirror_token_test

import data.policies.kubernetes.mirror_token as rule

container(from, held) := {"facts": {"containers": [{"name": "b", "env": [{
	"name": "TRIVY_PASSWORD", "from": from, "held": held,
	"path": ["e"],
}]}]}}

test_fires_on_literal_and_config_map if {
	some r in rule.results with input as container("literal", true)
	r.path == ["e"]
	count(rule.results) == 1 with input as container("configmap", false)
}

test_silent_on_secret if {
	count(rule.results) == 0 with input as container("secret", false)
	count(rule.subjects) == 1 with input as container("secret", false)
	count(rule.subjects) == 0 with input as {"facts": {"containers": []}}
}
