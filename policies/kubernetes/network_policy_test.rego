package policies.kubernetes.network_policy_test

import data.policies.kubernetes.network_policy as rule

policy(egress, allows, dns) := {"name": "p", "policy": {"egress": egress, "allows_egress": allows, "dns": dns}}

backend(policies) := {
	"complete": true,
	"facts": {
		"kind": "Deployment", "name": "backend", "namespace": "default",
		"workload": {"role": "backend"},
		"related": {"policies": policies},
		"cluster": {"foreign_policies": false},
	},
}

test_fires_without_policy if {
	some r in rule.results with input as backend([])
	r.path == ["metadata", "name"]
}

test_fires_without_egress if {
	some r in rule.results with input as backend([policy(false, false, false)])
	contains(r.message, "limits its egress (p)")
}

test_fires_without_name_servers if {
	some r in rule.results with input as backend([policy(true, true, false)])
	r.severity == "low"
}

test_silent_when_limited if {
	count(rule.results) == 0 with input as backend([policy(true, true, true)])
	count(rule.results) == 0 with input as backend([policy(true, true, false), policy(true, true, true)])
	count(rule.results) == 0 with input as backend([policy(true, false, false)])
}

test_silent_when_unknown if {
	foreign := {"op": "replace", "path": "/facts/cluster/foreign_policies", "value": true}
	part := {"op": "replace", "path": "/complete", "value": false}
	store := {"op": "replace", "path": "/facts/workload/role", "value": "store"}
	every change in [foreign, part, store] {
		count(rule.results) == 0 with input as json.patch(backend([]), [change])
		count(rule.subjects) == 0 with input as json.patch(backend([]), [change])
	}
}
