package policies.compose.needless_subnet_test

import data.policies.compose.needless_subnet as rule

stack(role) := {
	"networks": {"n": {"ipam": {"config": [{}]}}, "m": {}},
	"services": {"db": {"networks": {"n": null}}},
	"facts": {"services": {"db": {"role": role}}},
}

test_fires_on_subnet_for_stores if {
	some r in rule.results with input as stack("store")
	r.path == ["networks", "n", "ipam"]
}

test_silent_on_mixed_networks if {
	count(rule.results) == 0 with input as stack("backend")
}
