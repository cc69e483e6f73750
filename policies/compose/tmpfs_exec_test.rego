package policies.compose.tmpfs_exec_test

import data.policies.compose.tmpfs_exec as rule

mounted(exec) := {"facts": {"services": {"web": {"tmpfs": [{
	"target": "/tmp", "exec": exec,
	"path": ["services", "web", "tmpfs", 0],
}]}}}}

test_fires_on_exec if {
	some r in rule.results with input as mounted(true)
	r.path == ["services", "web", "tmpfs", 0]
}

test_silent_without_exec if {
	count(rule.results) == 0 with input as mounted(false)
	count(rule.subjects) == 1 with input as mounted(false)
}
