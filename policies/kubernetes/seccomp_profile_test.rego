package policies.kubernetes.seccomp_profile_test

import data.policies.kubernetes.seccomp_profile as rule

running(security) := {"facts": {"containers": [{
	"name": "web", "security": security,
	"path": ["spec", "containers", 0],
}]}}

test_fires_without_profile if {
	some r in rule.results with input as running({})
	r.path == ["spec", "containers", 0, "securityContext", "seccompProfile", "type"]
	count(rule.results) == 1 with input as running({"seccompProfile": {"type": "Unconfined"}})
}

test_silent_with_profile if {
	count(rule.results) == 0 with input as running({"seccompProfile": {"type": "RuntimeDefault"}})
}
