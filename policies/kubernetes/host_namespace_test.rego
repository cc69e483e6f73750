package policies.kubernetes.host_namespace_test

import data.policies.kubernetes.host_namespace as rule

pod(spec) := {
	"object": {"spec": spec},
	"facts": {
		"kind": "Pod", "name": "p", "pod": {"path": ["spec"]},
		"containers": [{"name": "web", "path": ["spec", "containers", 0]}],
	},
}

test_fires_on_each if {
	every key in ["hostIPC", "hostNetwork", "hostPID"] {
		some r in rule.results with input as pod({key: true})
		r.path == ["spec", key]
	}
}

test_fires_on_host_port if {
	some r in rule.results with input as pod({"containers": [{"ports": [{"hostPort": 80}]}]})
	r.path == ["spec", "containers", 0, "ports", 0, "hostPort"]
}

test_silent_otherwise if {
	count(rule.results) == 0 with input as pod({"hostNetwork": false, "containers": [{"ports": [{"containerPort": 80}]}]})
	count(rule.results) == 0 with input as {"object": {}, "facts": {"kind": "Service", "name": "s", "pod": null, "containers": []}}
}
