package policies.compose.named_network_test

import data.policies.compose.named_network as rule

test_fires_on_default if {
	some r in rule.results with input as {"services": {"web": {}}}
	r.path == ["services", "web", "networks"]
	count(rule.results) == 1 with input as {"services": {"web": {"networks": {"default": null}}}}
}

test_silent_on_named if {
	count(rule.results) == 0 with input as {"services": {"web": {"networks": {"core-net": null}}}}
	count(rule.results) == 0 with input as {"services": {"web": {"networks": ["core-net"]}}}
	count(rule.results) == 0 with input as {"services": {"web": {"network_mode": "none"}}}
}

test_unknown_by_variable if {
	some doubt in rule.unknown with input as {"variables": [{
		"name": "X", "set": false, "default": null,
		"path": ["services", "web", "networks"],
	}]}
	doubt.subject == "web"
}
