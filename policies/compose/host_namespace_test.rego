package policies.compose.host_namespace_test

import data.policies.compose.host_namespace as rule

test_fires_on_each if {
	every key in ["cgroup", "ipc", "network_mode", "pid", "userns_mode", "uts"] {
		some r in rule.results with input as {"services": {"web": {key: "host"}}}
		r.path == ["services", "web", key]
	}
}

test_silent_otherwise if {
	count(rule.results) == 0 with input as {"services": {"web": {"network_mode": "bridge", "ipc": "private"}}}
}

test_unknown_by_variable if {
	some doubt in rule.unknown with input as {"variables": [{
		"name": "X", "set": false, "default": null,
		"path": ["services", "web", "pid"],
	}]}
	doubt.subject == "web"
}
