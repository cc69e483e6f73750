package policies.compose.scratch_space_test

import data.policies.compose.scratch_space as rule

service(tmpfs, mounts) := {
	"services": {"web": {"read_only": true}},
	"facts": {"services": {"web": {"tmpfs": tmpfs, "mounts": mounts}}},
}

test_fires_without_scratch if {
	some r in rule.results with input as service([], [{"read_only": true}])
	r.path == ["services", "web", "read_only"]
}

test_silent_with_scratch if {
	count(rule.results) == 0 with input as service([{"target": "/tmp"}], [])
	count(rule.results) == 0 with input as service([], [{"read_only": false}])
	count(rule.results) == 0 with input as {"services": {"web": {}}, "facts": {"services": {"web": {"tmpfs": [], "mounts": []}}}}
}
