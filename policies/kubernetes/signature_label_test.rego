package policies.kubernetes.signature_label_test

import data.policies.kubernetes.signature_label as rule

labelled(verifies) := {
	"complete": true,
	"facts": {
		"kind": "Deployment", "name": "d",
		"workload": {"signed": ["metadata", "labels", "CosignVerified"]},
		"cluster": {"verifies": verifies},
	},
}

test_fires_without_policy if {
	some r in rule.results with input as labelled(false)
	r.path == ["metadata", "labels", "CosignVerified"]
}

test_silent_with_policy if count(rule.results) == 0 with input as labelled(true)

test_silent_without_label if {
	plain := {"complete": true, "facts": {"name": "d", "workload": {"signed": null}, "cluster": {"verifies": false}}}
	count(rule.results) == 0 with input as plain
	count(rule.subjects) == 0 with input as plain
}
