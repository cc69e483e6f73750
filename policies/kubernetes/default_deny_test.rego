package policies.kubernetes.default_deny_test

import data.policies.kubernetes.default_deny as rule

speaker(kind, denies) := {
	"complete": true,
	"facts": {
		"kind": kind, "name": "backend", "namespace": "stella",
		"space": {"speaks": true, "workloads": 1, "denies_ingress": denies, "denies_egress": denies},
		"cluster": {"foreign_policies": false},
	},
}

test_fires_without_policy if {
	some r in rule.results with input as speaker("Deployment", false)
	r.message == "namespace stella denies no traffic into its pods or out of its pods by default"
	some s in rule.results with input as speaker("Namespace", false)
	startswith(s.message, "namespace backend ")
}

test_silent_when_denied if count(rule.results) == 0 with input as speaker("Deployment", true)

test_silent_when_unknown if {
	every change in [
		{"op": "replace", "path": "/complete", "value": false},
		{"op": "replace", "path": "/facts/space/speaks", "value": false},
		{"op": "replace", "path": "/facts/space/workloads", "value": 0},
		{"op": "replace", "path": "/facts/cluster/foreign_policies", "value": true},
	] {
		count(rule.results) == 0 with input as json.patch(speaker("Deployment", false), [change])
		count(rule.subjects) == 0 with input as json.patch(speaker("Deployment", false), [change])
	}
}
