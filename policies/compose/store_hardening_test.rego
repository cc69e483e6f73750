package policies.compose.store_hardening_test

import data.policies.compose.store_hardening as rule

store(facts) := {"facts": {"services": {"db": object.union(
	{
		"role": "store",
		"seccomp": {"state": "denies"}, "health": {"set": true},
	},
	facts,
)}}}

paths(facts) := found if {
	found := {r.path | some r in rule.results} with input as store(facts)
}

test_fires_on_each if {
	paths({"seccomp": {"state": "builtin"}}) == {["services", "db", "security_opt"]}
	paths({"health": {"set": false}}) == {["services", "db", "healthcheck"]}
}

test_silent_when_hardened if {
	paths({}) == set()
}

test_silent_for_others if {
	paths({"role": "other", "health": {"set": false}}) == set()
}
