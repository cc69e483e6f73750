package policies.compose.mounted_plugin_key_test

import data.policies.compose.mounted_plugin_key as rule

service(target) := {"facts": {"services": {"web": {"mounts": [{"target": target, "path": ["m"]}]}}}}

test_fires_on_mounted_key if {
	some r in rule.results with input as service("/keys/cosign.pub")
	r.path == ["m"]
}

test_silent_on_other_keys if {
	count(rule.results) == 0 with input as service("/keys/jwt.pem")
}
