package policies.kubernetes.host_path_test

import data.policies.kubernetes.host_path as rule

mounting(sensitive, socket) := {"facts": {"kind": "Pod", "name": "p", "pod": {"mounts": [{
	"source": "/x", "sensitive": sensitive, "socket": socket,
	"path": ["spec", "volumes", 0, "hostPath", "path"],
}]}}}

severities(sensitive, socket) := found if {
	found := {r.severity | some r in rule.results} with input as mounting(sensitive, socket)
}

test_fires_by_danger if {
	severities(false, true) == set()
	severities(true, false) == {"high"}
	severities(false, false) == {"medium"}
}

test_silent_without_mounts if {
	count(rule.results) == 0 with input as {"facts": {"pod": {"mounts": []}}}
	count(rule.results) == 0 with input as {"facts": {"pod": null}}
}
