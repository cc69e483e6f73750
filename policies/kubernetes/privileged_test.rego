package policies.kubernetes.privileged_test

import data.policies.kubernetes.privileged as rule

running(privileged, names) := {"facts": {"containers": [{
	"name": "web", "security": {"privileged": privileged},
	"add": [{"name": n, "path": ["add"]} | some n in names],
	"path": ["spec", "containers", 0],
}]}}

test_fires_when_privileged if {
	some r in rule.results with input as running(true, [])
	r.path == ["spec", "containers", 0, "securityContext", "privileged"]
}

test_fires_on_capability if {
	some r in rule.results with input as running(false, ["SYS_ADMIN"])
	r.path == ["add"]
}

test_silent_otherwise if {
	count(rule.results) == 0 with input as running(false, ["NET_BIND_SERVICE"])
}

test_unknown_settings if {
	found := rule.unknown with input as {
		"facts": {"kind": "Pod", "name": "w", "pod": {"path": ["spec"]}, "containers": [{"name": "w", "add": [], "path": ["spec", "containers", 0]}]},
		"object": {"spec": {"securityContext": {"sysctls": [{}]}, "containers": [{"securityContext": {"procMount": "Unmasked"}, "livenessProbe": {"httpGet": {"host": "a"}}}]}},
	}
	count(found) == 3
}
