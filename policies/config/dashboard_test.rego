package policies.config.dashboard_test

import data.policies.config.dashboard as rule

repository(files) := {"complete": true, "files": files, "facts": {"anchor": ["files"], "metrics": {"servers": [{"path": ["files", "p"]}]}}}

test_fires_without_dashboard if {
	some r in rule.results with input as repository({})
	r.path == ["files"]
}

test_silent_with_dashboard if {
	count(rule.results) == 0 with input as repository({"infra/a.json": {"family": "dashboard"}})
}
