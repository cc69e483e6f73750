package policies.dockerfile.user_test

import data.policies.dockerfile.user as rule

final(facts) := {"facts": {"stages": [object.union(
	{
		"name": "final", "final": true, "nonroot_base": false,
		"user": {"set": true, "value": "10001", "root": false, "root_group": false, "unknown": false},
		"user_path": ["stages", 0],
	},
	facts,
)]}}

test_fires_without_user if {
	some r in rule.results with input as final({"user": {"set": false}})
	r.path == ["stages", 0]
}

test_fires_on_root if {
	count(rule.results) == 1 with input as final({"user": {"value": "root", "root": true}})
	count(rule.results) == 1 with input as final({"user": {"value": "1000:0", "root_group": true}})
}

test_silent_on_other_users if {
	count(rule.results) == 0 with input as final({})
	count(rule.results) == 0 with input as final({"user": {"set": false}, "nonroot_base": true})
}

test_silent_on_build_stages if {
	count(rule.results) == 0 with input as final({"final": false, "user": {"set": false}})
}

variable(arguments) := object.union(
	final({"user": {"set": true, "value": "${U}", "unknown": true}, "user_path": ["stages", 0, "instructions", 1]}),
	{"stages": [{"instructions": [{"name": "ARG", "args": arguments}, {"name": "USER", "args": ["${U}"]}]}]},
)

test_fires_on_variable if {
	count(rule.results) == 1 with input as variable(["U=0"])
	count(rule.results) == 1 with input as variable(["U=root"])
	count(rule.results) == 1 with input as variable(["U"])
	count(rule.results) == 1 with input as variable(["OTHER=10001"])
}

test_silent_on_folded_variable if {
	count(rule.results) == 0 with input as variable(["U=10001"])
}
