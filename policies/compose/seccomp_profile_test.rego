package policies.compose.seccomp_profile_test

import data.policies.compose.seccomp_profile as rule

profiled(role, seccomp) := {"facts": {"services": {"web": {"role": role, "seccomp": seccomp}}}}

test_fires_without_profile if {
	some r in rule.results with input as profiled("backend", null)
	r.path == ["services", "web", "security_opt"]
}

test_fires_on_builtin if {
	count(rule.results) == 1 with input as profiled("backend", {"state": "builtin"})
}

test_silent_with_profile if {
	count(rule.results) == 0 with input as profiled("backend", {"state": "denies"})
}

test_silent_for_others if {
	count(rule.results) == 0 with input as profiled("other", null)
}

test_unknown_profile if {
	found := rule.unknown with input as {"facts": {"services": {"api": {"role": "backend", "seccomp": {"state": "outside", "value": "/p", "path": ["x"]}}}}}
	count(found) == 1
}
