package policies.kubernetes.disruption_budget_test

import data.policies.kubernetes.disruption_budget as rule

deployment(role, replicas, budgets) := {
	"complete": true,
	"facts": {
		"kind": "Deployment", "name": "d", "budget": null,
		"workload": {"role": role, "scales": true, "replicas": replicas},
		"related": {"budgets": budgets},
	},
}

budget(void) := {"complete": true, "facts": {"name": "b", "workload": null, "budget": {
	"void": void,
	"path": ["spec", "minAvailable"],
}}}

test_fires_without_budget if {
	some r in rule.results with input as deployment("other", 2, [])
	r.path == ["metadata", "name"]
	count(rule.results) == 1 with input as deployment("backend", 1, [])
}

test_fires_on_void_budget if {
	some r in rule.results with input as budget(true)
	r.path == ["spec", "minAvailable"]
}

test_silent_otherwise if {
	count(rule.results) == 0 with input as deployment("backend", 2, [{"name": "b"}])
	count(rule.results) == 0 with input as deployment("other", 1, [])
	count(rule.results) == 0 with input as deployment("backend", 0, [])
	count(rule.results) == 0 with input as budget(false)
	part := object.union(deployment("backend", 2, []), {"complete": false})
	count(rule.subjects) == 0 with input as part
	count(rule.results) == 0 with input as part
}
