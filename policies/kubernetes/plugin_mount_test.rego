package policies.kubernetes.plugin_mount_test

import data.policies.kubernetes.plugin_mount as rule

container(target, read_only) := {"facts": {
	"workload": {"role": "backend"},
	"containers": [{"name": "b", "mounts": [{"target": target, "read_only": read_only, "path": ["m"]}]}],
}}

test_fires_when_writable if {
	some r in rule.results with input as container("/plugins", false)
	r.path == ["m"]
}

test_fires_elsewhere if count(rule.results) == 1 with input as container("/app/plugins", true)

test_silent_when_read_only if {
	count(rule.results) == 0 with input as container("/plugins", true)
	count(rule.results) == 0 with input as container("/plugins/acme", true)
	count(rule.subjects) == 0 with input as container("/data", false)
}
