package policies.config.dynamic_scan_gate_test

import data.policies.config.dynamic_scan_gate as rule

repository(pinned, inputs) := {"complete": true, "facts": {"workflows": [{
	"file": "w", "on": [], "unseen": false, "trigger": {"merge": true},
	"steps": [{"uses": {"name": "zaproxy/action-baseline", "text": "z", "pinned": pinned}, "with": inputs, "commands": [], "tolerated": null, "path": ["s"]}],
}]}}

test_fires_on_each_problem if {
	some r in rule.results with input as repository(false, {"fail_action": "true"})
	r.path == ["s"]
	count(rule.results) == 1 with input as repository(true, {"fail_action": "false"})
	count(rule.results) == 1 with input as repository(true, {})
}

test_silent_on_gate if {
	count(rule.results) == 0 with input as repository(true, {"fail_action": "true"})
	count(rule.subjects) == 1 with input as repository(true, {})
}
