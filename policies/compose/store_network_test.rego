package policies.compose.store_network_test

import data.policies.compose.store_network as rule

stack(networks, ports) := {
	"networks": {"core": {}, "edge": {}},
	"services": {"db": {"networks": networks}, "web": {"networks": {"edge": null}}},
	"facts": {"services": {"db": {"role": "store", "ports": []}, "web": {"role": "other", "ports": ports}}},
}

test_fires_on_outer_network if {
	some r in rule.results with input as stack({"core": null, "edge": null}, [1])
	r.path == ["services", "db", "networks", "edge"]
}

test_silent_inside if {
	count(rule.results) == 0 with input as stack({"core": null}, [1])
	count(rule.results) == 0 with input as stack({"core": null, "edge": null}, [])
}

test_unknown_beside_what_is_published if {
	found := rule.unknown with input as {
		"services": {"db": {}, "web": {}}, "networks": {},
		"facts": {"services": {"db": {"role": "store", "ports": []}, "web": {"role": "other", "ports": [{}]}}},
	}
	count(found) == 1
}
