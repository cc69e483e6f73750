package policies.kubernetes.mounted_plugin_key_test

import data.policies.kubernetes.mounted_plugin_key as rule

pod(target) := {"facts": {"containers": [{"name": "c", "mounts": [{"target": target, "path": ["m"]}]}]}}

test_fires_on_mounted_key if {
	some r in rule.results with input as pod("/keys/cosign.pub")
	r.path == ["m"]
}

test_silent_on_other_keys if {
	count(rule.results) == 0 with input as pod("/keys/jwt.pem")
	count(rule.subjects) == 1 with input as pod("/keys/jwt.pem")
}
