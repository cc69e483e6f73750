package policies.compose.device_test

import data.policies.compose.device as rule

service(key, value) := {"services": {"web": {key: value}}}

params := {"compose/device": {"allowed": ["/dev/dri"]}}

test_fires_on_devices if {
	some r in rule.results with input as service("devices", ["/dev/mem"]) with data.params as params
	r.path == ["services", "web", "devices", 0]
	count(rule.results) == 1 with input as service("devices", [{"source": "/dev/sda"}]) with data.params as params
	count(rule.results) == 1 with input as service("device_cgroup_rules", ["a *:* rwm"]) with data.params as params
}

test_silent_on_harmless_devices if {
	count(rule.results) == 0 with input as service("devices", ["/dev/dri/card0:/dev/dri/card0"]) with data.params as params
	count(rule.results) == 0 with input as {"services": {"web": {}}} with data.params as params
}

test_unknown_by_variable if {
	some doubt in rule.unknown with input as {"variables": [{
		"name": "X", "set": false, "default": null,
		"path": ["services", "web", "devices"],
	}]}
	doubt.subject == "web"
}
