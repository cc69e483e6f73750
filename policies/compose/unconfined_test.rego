package policies.compose.unconfined_test

import data.policies.compose.unconfined as rule

option(key, value, on) := {"facts": {"services": {"web": {"security": [{
	"key": key, "value": value, "on": on,
	"path": ["services", "web", "security_opt", 0],
}]}}}}

test_fires_on_each if {
	some r in rule.results with input as option("seccomp", "unconfined", false)
	r.path == ["services", "web", "security_opt", 0]
	count(rule.results) == 1 with input as option("apparmor", "unconfined", false)
	count(rule.results) == 1 with input as option("systempaths", "unconfined", false)
	count(rule.results) == 1 with input as option("label", "disable", false)
	count(rule.results) == 1 with input as option("writable-cgroups", "true", true)
}

test_silent_on_profiles if {
	count(rule.results) == 0 with input as option("seccomp", "./p.json", false)
	count(rule.results) == 0 with input as option("writable-cgroups", "false", false)
	count(rule.results) == 0 with input as option("label", "type:svirt_t", false)
}

test_unknown_option if {
	found := rule.unknown with input as {"facts": {"services": {"web": {"security": [{"key": "disable", "value": "", "path": ["x"]}]}}}}
	count(found) == 1
	known := rule.unknown with input as {"facts": {"services": {"web": {"security": [{"key": "label", "value": "level:s0", "path": ["x"]}]}}}}
	count(known) == 0
}
