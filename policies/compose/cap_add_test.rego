package policies.compose.cap_add_test

import data.policies.compose.cap_add as rule

adding(name, profile) := {
	"params": {"profile": profile},
	"facts": {"services": {"web": {"cap_add": [{"name": name, "path": ["services", "web", "cap_add", 0]}]}}},
}

severities(name, profile) := found if {
	found := {r.severity | some r in rule.results} with input as adding(name, profile)
}

test_fires_by_danger if {
	severities("SYS_ADMIN", "guide") == {"critical"}
	severities("NET_ADMIN", "guide") == {"high"}
	severities("CHOWN", "guide") == {"low"}
}

test_silent_on_accepted if {
	severities("NET_BIND_SERVICE", "guide") == set()
	severities("CHOWN", "baseline") == set()
}

test_unknown_by_variable if {
	some doubt in rule.unknown with input as {"variables": [{
		"name": "X", "set": false, "default": null,
		"path": ["services", "web", "cap_add"],
	}]}
	doubt.subject == "web"
}
