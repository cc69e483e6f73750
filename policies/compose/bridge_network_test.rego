package policies.compose.bridge_network_test

import data.policies.compose.bridge_network as rule

with_driver(network) := {"networks": {"lan": network}}

test_fires_on_macvlan if {
	some r in rule.results with input as with_driver({"driver": "macvlan"})
	r.path == ["networks", "lan", "driver"]
}

test_silent_on_bridge if {
	count(rule.results) == 0 with input as with_driver({"driver": "bridge"})
	count(rule.results) == 0 with input as with_driver({})
}
