package policies.compose.internal_network_test

import data.policies.compose.internal_network as rule

stack(network) := {
	"networks": {"n": network},
	"services": {"db": {"networks": ["n"]}},
	"facts": {"services": {"db": {"role": "store"}}},
}

test_fires_on_open_network if {
	some r in rule.results with input as stack({})
	r.path == ["networks", "n", "internal"]
	count(rule.results) == 1 with input as stack({"internal": false})
}

test_silent_on_internal_network if {
	count(rule.results) == 0 with input as stack({"internal": true})
	count(rule.results) == 0 with input as stack({"external": true})
}
