package policies.compose.store_data_test

import data.policies.compose.store_data as rule

store(tmpfs, mounts) := {"facts": {"services": {"db": {"product": "valkey", "tmpfs": tmpfs, "mounts": mounts}}}}

test_fires_on_volatile_data if {
	some r in rule.results with input as store([{"target": "/data", "path": ["t"]}], [])
	r.path == ["t"]
	count(rule.results) == 1 with input as store([], [{"target": "/etc/x", "read_only": true}])
}

test_silent_with_volume if {
	count(rule.results) == 0 with input as store([{"target": "/tmp", "path": ["t"]}], [{"target": "/data", "read_only": false}])
	count(rule.results) == 0 with input as store([], [{"target": "/data", "read_only": false}])
}
