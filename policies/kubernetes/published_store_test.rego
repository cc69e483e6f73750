package policies.kubernetes.published_store_test

import data.policies.kubernetes.published_store as rule

service(store, spec) := {"object": {"spec": spec}, "facts": {"name": "db", "store": store}}

test_fires_on_each if {
	every type in ["LoadBalancer", "NodePort"] {
		some r in rule.results with input as service("valkey", {"type": type})
		r.path == ["spec", "type"]
	}
	count(rule.results) == 1 with input as service("valkey", {"externalIPs": ["192.0.2.1"]})
}

test_silent_otherwise if {
	count(rule.results) == 0 with input as service("valkey", {"type": "ClusterIP"})
	count(rule.results) == 0 with input as service("valkey", {})
	count(rule.results) == 0 with input as service("", {"type": "LoadBalancer"})
}
