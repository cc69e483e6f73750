package policies.config.dynamic_scan_test

import data.policies.config.dynamic_scan as rule

repository(merge, uses) := {"complete": true, "facts": {"deploys": true, "anchor": ["documents", 0], "workflows": [{
	"file": "w", "on": ["files", "w", "content", "on"], "unseen": false,
	"trigger": {"merge": merge, "pull_request": false, "release": false},
	"steps": [{"uses": {"name": uses, "ref": "x"}, "with": {}, "commands": [], "path": ["s"]}],
}]}}

test_fires_without_scan if {
	some r in rule.results with input as repository(true, "actions/checkout")
	r.path == ["documents", 0]
	count(rule.results) == 1 with input as repository(false, "zaproxy/action-baseline")
}

test_silent_with_scan if {
	count(rule.results) == 0 with input as repository(true, "zaproxy/action-baseline")
	count(rule.subjects) == 0 with input as {"complete": true, "facts": {"deploys": true, "workflows": []}}
}
