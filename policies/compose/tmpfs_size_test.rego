package policies.compose.tmpfs_size_test

import data.policies.compose.tmpfs_size as rule

mounted(size) := {"facts": {"services": {"web": {"tmpfs": [{
	"target": "/tmp", "size": size,
	"path": ["services", "web", "tmpfs", 0],
}]}}}}

test_fires_without_size if {
	some r in rule.results with input as mounted(false)
	r.path == ["services", "web", "tmpfs", 0]
}

test_silent_with_size if {
	count(rule.results) == 0 with input as mounted(true)
	count(rule.subjects) == 1 with input as mounted(true)
}
