package policies.config.authority_secret_file_test

import data.policies.config.authority_secret_file as rule

repository(state) := {"complete": true, "facts": {"derived": {"secret_paths": [{
	"file": "/run/secrets/x", "state": state, "service": "c", "path": ["files", "concelier.yaml"],
}]}}}

test_fires_without_secret if {
	some r in rule.results with input as repository("none")
	r.path == ["files", "concelier.yaml"]
	contains(r.message, "no secret")
	some s in rule.results with input as repository("mount")
	contains(s.message, "ordinary mount")
}

test_silent_with_secret if {
	count(rule.results) == 0 with input as repository("secret")
	count(rule.subjects) == 1 with input as repository("secret")
}

test_single_settings_file_is_not_judged if {
	count(rule.subjects) == 0 with input as object.union(repository("none"), {"complete": false})
}
