package policies.kubernetes.engine_socket_test

import data.policies.kubernetes.engine_socket as rule

pod(mount) := {"facts": {"kind": "Pod", "name": "p", "pod": {"mounts": [object.union({"path": ["spec", "volumes", 0]}, mount)]}}}

test_fires_on_socket if {
	some r in rule.results with input as pod({"socket": true, "source": "/run/crio/crio.sock"})
	r.path == ["spec", "volumes", 0]
}

test_fires_on_directory if {
	every source in ["/", "/var/run/", "/run/containerd"] {
		count(rule.results) == 1 with input as pod({"socket": false, "source": source})
	}
}

test_silent_otherwise if {
	count(rule.results) == 0 with input as pod({"socket": false, "source": "/data"})
	count(rule.subjects) == 0 with input as {"facts": {"name": "s", "pod": null}}
}
