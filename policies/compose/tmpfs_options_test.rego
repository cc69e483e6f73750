package policies.compose.tmpfs_options_test

import data.policies.compose.tmpfs_options as rule

mounted(invalid) := {"facts": {"services": {"web": {"tmpfs": [{
	"target": "/tmp", "invalid": invalid, "valid": "/tmp",
	"path": ["services", "web", "tmpfs", 0],
}]}}}}

test_fires_on_unknown if {
	some r in rule.results with input as mounted(["nosymlink"])
	contains(r.message, "nosymlink")
}

test_silent_on_known if {
	count(rule.results) == 0 with input as mounted([])
	count(rule.subjects) == 1 with input as mounted([])
}
