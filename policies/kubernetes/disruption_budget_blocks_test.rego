package policies.kubernetes.disruption_budget_blocks_test

import data.policies.kubernetes.disruption_budget_blocks as rule

budget(blocks, pods) := {"facts": {
	"name": "b",
	"budget": {"blocks": blocks, "pods": pods, "written": "1", "path": ["spec", "minAvailable"]},
	"related": {"workloads": [{"name": "d"}], "budgets": []},
}}

workload(budgets) := {"facts": {
	"kind": "Deployment", "name": "d", "budget": null,
	"related": {"workloads": [], "budgets": [{"name": name} | some name in budgets]},
}}

test_fires_when_blocked if {
	some r in rule.results with input as budget(true, 1)
	r.path == ["spec", "minAvailable"]
	contains(r.message, "keep 1")
	count(rule.results) == 1 with input as budget(true, 0)
}

test_fires_on_two_budgets if {
	some r in rule.results with input as workload(["a", "b"])
	r.path == ["metadata", "name"]
}

test_silent_otherwise if {
	count(rule.results) == 0 with input as budget(false, 2)
	count(rule.results) == 0 with input as workload(["a", "a"])
	count(rule.subjects) == 0 with input as workload([])
}
