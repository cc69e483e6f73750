package policies.kubernetes.drop_capabilities_test

import data.policies.kubernetes.drop_capabilities as rule

dropping(names) := {"facts": {"containers": [{
	"name": "web", "drop": [{"name": n} | some n in names],
	"path": ["spec", "containers", 0],
}]}}

test_fires_without_all if {
	some r in rule.results with input as dropping(["NET_RAW"])
	r.path == ["spec", "containers", 0, "securityContext", "capabilities", "drop"]
	count(rule.results) == 1 with input as dropping([])
}

test_silent_with_all if {
	count(rule.results) == 0 with input as dropping(["ALL"])
}
