package policies.compose.privileged_test

import data.policies.compose.privileged as rule

paths(service) := found if {
	found := {r.path | some r in rule.results} with input as {"services": {"web": service}}
}

test_fires_on_each if {
	paths({"privileged": true}) == {["services", "web", "privileged"]}
	paths({"build": {"privileged": true}}) == {["services", "web", "build", "privileged"]}
	paths({"post_start": [{"privileged": true}]}) == {["services", "web", "post_start", 0, "privileged"]}
	paths({"build": {"entitlements": ["security.insecure"]}}) == {["services", "web", "build", "entitlements", 0]}
}

test_silent_otherwise if {
	paths({}) == set()
	paths({"privileged": false, "build": {"entitlements": ["network.host"]}}) == set()
}

test_unknown_by_variable if {
	some doubt in rule.unknown with input as {"variables": [{
		"name": "X", "set": false, "default": null,
		"path": ["services", "web", "privileged"],
	}]}
	doubt.subject == "web"
}
