package policies.compose.read_only_test

import data.policies.compose.read_only as rule

test_fires_when_absent if {
	some r in rule.results with input as {"services": {"web": {}}}
	r.path == ["services", "web", "read_only"]
}

test_fires_when_false if {
	count(rule.results) == 1 with input as {"services": {"web": {"read_only": false}}}
}

test_silent_when_true if {
	count(rule.results) == 0 with input as {"services": {"web": {"read_only": true}}}
}

test_unknown_by_variable if {
	some doubt in rule.unknown with input as {"variables": [{
		"name": "X", "set": false, "default": null,
		"path": ["services", "web", "read_only"],
	}]}
	doubt.subject == "web"
}
