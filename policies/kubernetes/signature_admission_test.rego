package policies.kubernetes.signature_admission_test

import data.policies.kubernetes.signature_admission as rule

first(verifies) := {
	"complete": true,
	"facts": {"kind": "Deployment", "name": "d", "cluster": {"speaks": true, "verifies": verifies}},
}

test_fires_without_policy if {
	some r in rule.results with input as first(false)
	r.path == ["repository"]
}

test_silent_with_policy if count(rule.results) == 0 with input as first(true)

test_silent_on_single_files if {
	part := object.union(first(false), {"complete": false})
	count(rule.results) == 0 with input as part
	count(rule.subjects) == 0 with input as part
}
