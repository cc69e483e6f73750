package policies.kubernetes.read_only_root_filesystem_test

import data.policies.kubernetes.read_only_root_filesystem as rule

running(security) := {"facts": {"containers": [{
	"name": "web", "security": security,
	"path": ["spec", "containers", 0],
}]}}

test_fires_when_absent if {
	some r in rule.results with input as running({})
	r.path == ["spec", "containers", 0, "securityContext", "readOnlyRootFilesystem"]
}

test_fires_on_the_opposite if {
	count(rule.results) == 1 with input as running({"readOnlyRootFilesystem": false})
}

test_silent_when_set if {
	count(rule.results) == 0 with input as running({"readOnlyRootFilesystem": true})
}

test_silent_without_containers if {
	count(rule.results) == 0 with input as {"facts": {"containers": []}}
}
