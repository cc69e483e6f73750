package policies.compose.store_dependency_test

import data.policies.compose.store_dependency as rule

stack(depends_on) := {
	"services": {"web": {"depends_on": depends_on}, "db": {}},
	"facts": {"services": {"web": {"role": "backend"}, "db": {"role": "store"}}},
}

test_fires_without_dependency if {
	some r in rule.results with input as stack({})
	r.path == ["services", "web", "depends_on"]
}

test_silent_with_dependency if {
	count(rule.results) == 0 with input as stack({"db": {"condition": "service_started"}})
	count(rule.results) == 0 with input as stack(["db"])
}
