package policies.config.alert_token_expiry_test

import data.policies.config.alert_token_expiry as rule

anchor := ["files", "rules.yml", "content", "groups"]

alerts(comparisons) := {
	"complete": true,
	"facts": {"anchor": ["files"], "alerts": {"anchor": anchor, "rules": [alert | some c in comparisons; alert := {
		"name": "A", "language": "promql", "for": 0, "comparisons": [c],
	}]}},
}

base := {"metrics": ["stella_quota_token_days_remaining"], "op": "<", "threshold": 5, "path": ["x"]}

test_fires_without_alert if {
	some r in rule.results with input as alerts([])
	r.path == ["files"]
}

test_fires_when_late if {
	count(rule.results) == 1 with input as alerts([object.union(base, {"threshold": 4})])
}

test_fires_on_the_wrong_side if {
	count(rule.results) == 1 with input as alerts([object.union(base, {"op": ">"})])
}

test_fires_on_another_metric if {
	count(rule.results) == 1 with input as alerts([object.union(base, {"metrics": ["up"]})])
}

test_silent if {
	count(rule.results) == 0 with input as alerts([base])
	count(rule.subjects) == 1 with input as alerts([base])
}

test_silent_without_rule_files if {
	none := {"complete": true, "facts": {"alerts": {"anchor": [], "rules": []}}}
	count(rule.results) == 0 with input as none
	count(rule.subjects) == 0 with input as none
}

test_silent_when_earlier if {
	count(rule.results) == 0 with input as alerts([object.union(base, {"op": "<=", "threshold": 7})])
}
