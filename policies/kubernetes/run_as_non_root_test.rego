package policies.kubernetes.run_as_non_root_test

import data.policies.kubernetes.run_as_non_root as rule

running(security) := {"facts": {"containers": [{
	"name": "web", "security": security,
	"path": ["spec", "containers", 0],
}]}}

test_fires_when_absent if {
	some r in rule.results with input as running({})
	r.path == ["spec", "containers", 0, "securityContext", "runAsNonRoot"]
	count(rule.results) == 1 with input as running({"runAsNonRoot": false, "runAsUser": 1000})
}

test_fires_on_user_zero if {
	some r in rule.results with input as running({"runAsNonRoot": true, "runAsUser": 0})
	r.path == ["spec", "containers", 0, "securityContext", "runAsUser"]
}

test_silent_when_set if {
	count(rule.results) == 0 with input as running({"runAsNonRoot": true})
}
