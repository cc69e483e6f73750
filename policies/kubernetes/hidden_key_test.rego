package policies.kubernetes.hidden_key_test

import data.policies.kubernetes.hidden_key as rule

container(target) := {"facts": {"containers": [{"name": "b", "mounts": [{"target": target, "path": ["m"]}]}]}}

test_fires_on_directory if {
	every target in ["/keys", "/keys/cosign.pub"] {
		some r in rule.results with input as container(target)
		r.path == ["m"]
	}
}

test_silent_on_file if {
	count(rule.results) == 0 with input as container("/keys/jwt.pem")
	count(rule.subjects) == 1 with input as container("/keys/jwt.pem")
	count(rule.subjects) == 0 with input as container("/keyset")
}
