package policies.compose.cap_drop_test

import data.policies.compose.cap_drop as rule

dropping(names) := {"facts": {"services": {"web": {"cap_drop": [{"name": n} | some n in names]}}}}

test_fires_without_all if {
	some r in rule.results with input as dropping(["NET_RAW"])
	r.path == ["services", "web", "cap_drop"]
	count(rule.results) == 1 with input as dropping([])
}

test_silent_with_all if {
	count(rule.results) == 0 with input as dropping(["ALL"])
}

test_unknown_by_variable if {
	some doubt in rule.unknown with input as {"variables": [{
		"name": "X", "set": false, "default": null,
		"path": ["services", "web", "cap_drop"],
	}]}
	doubt.subject == "web"
}
