package policies.kubernetes.shared_store_volume_test

import data.policies.kubernetes.shared_store_volume as rule

container(owner, read_only) := {"facts": {"workload": {"role": "backend"}, "containers": [{"name": "b", "mounts": [{
	"sort": "persistentVolumeClaim", "source": "data", "owner": owner, "read_only": read_only,
	"path": ["m"],
}]}]}}

test_fires_when_writable if {
	some r in rule.results with input as container("Deployment/valkey", false)
	r.path == ["m"]
}

test_silent_otherwise if {
	count(rule.results) == 0 with input as container("Deployment/valkey", true)
	count(rule.subjects) == 1 with input as container("Deployment/valkey", true)
	count(rule.results) == 0 with input as container("", false)
	count(rule.subjects) == 0 with input as container("", false)
}
