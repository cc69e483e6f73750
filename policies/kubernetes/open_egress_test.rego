package policies.kubernetes.open_egress_test

import data.policies.kubernetes.open_egress as rule

closed := {
	"anywhere": false, "everywhere": false, "any_port": false, "only_dns": false,
	"path": ["spec", "egress", 0],
}

policy(part) := {"facts": {"name": "p", "policy": {"egress": true, "rules": [object.union(closed, part)]}}}

test_fires_on_everything if {
	every part in [{"anywhere": true, "any_port": true}, {"everywhere": true, "any_port": true}] {
		some r in rule.results with input as policy(part)
		r.path == ["spec", "egress", 0]
	}
}

test_fires_on_port_alone if {
	some r in rule.results with input as policy({"anywhere": true})
	r.severity == "medium"
}

test_silent_on_limits if {
	every part in [{}, {"any_port": true}, {"everywhere": true}, {"anywhere": true, "only_dns": true}] {
		count(rule.results) == 0 with input as policy(part)
	}
	count(rule.results) == 0 with input as {"facts": {"name": "s", "policy": null}}
	count(rule.subjects) == 0 with input as {"facts": {"name": "s", "policy": null}}
}
