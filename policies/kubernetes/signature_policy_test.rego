package policies.kubernetes.signature_policy_test

import data.policies.kubernetes.signature_policy as rule

policy(weak) := {"facts": {"kind": "ClusterPolicy", "name": "p", "admission": {"weak": weak}}}

test_fires_on_each if {
	every what in ["audit", "ignore", "no-match", "off", "optional", "pass"] {
		some r in rule.results with input as policy([{"what": what, "path": ["spec", "mode"]}])
		r.path == ["spec", "mode"]
	}
}

test_silent_when_enforced if {
	count(rule.results) == 0 with input as policy([])
	count(rule.subjects) == 1 with input as policy([])
	count(rule.subjects) == 0 with input as {"facts": {"kind": "Pod", "name": "p", "admission": null}}
}
