package policies.compose.seccomp_file_test

import data.policies.compose.seccomp_file as rule

profiled(state, risky) := {"facts": {"services": {"web": {"seccomp": {
	"value": "./p.json", "state": state, "risky": risky,
	"path": ["services", "web", "security_opt", 0],
}}}}}

test_fires_on_each_state if {
	every state in ["missing", "outside", "invalid", "allows"] {
		count(rule.results) == 1 with input as profiled(state, [])
	}
}

test_fires_on_risky_calls if {
	some r in rule.results with input as profiled("denies", ["bpf", "mount"])
	contains(r.message, "bpf, mount")
}

test_silent_on_denying_profile if {
	count(rule.results) == 0 with input as profiled("denies", [])
}

test_silent_without_file if {
	count(rule.results) == 0 with input as profiled("builtin", [])
	count(rule.results) == 0 with input as {"facts": {"services": {"web": {"seccomp": null}}}}
}

test_unknown_by_variable if {
	some doubt in rule.unknown with input as {"variables": [{
		"name": "X", "set": false, "default": null,
		"path": ["services", "web", "security_opt"],
	}]}
	doubt.subject == "web"
}
