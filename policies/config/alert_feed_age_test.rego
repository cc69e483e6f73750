package policies.config.alert_feed_age_test

import data.policies.config.alert_feed_age as rule

anchor := ["files", "rules.yml", "content", "groups"]

alerts(comparisons) := {
	"complete": true,
	"facts": {"anchor": ["files"], "alerts": {"anchor": anchor, "rules": [alert | some c in comparisons; alert := {
		"name": "A", "language": "promql", "for": 0, "comparisons": [c],
	}]}},
}

base := {"metrics": ["feed_last_success"], "op": ">", "threshold": 172800, "seconds": 172800, "path": ["x"]}

test_fires_without_alert if {
	some r in rule.results with input as alerts([])
	r.path == ["files"]
}

test_fires_when_late if {
	count(rule.results) == 1 with input as alerts([object.union(base, {"seconds": 172801})])
}

test_fires_on_the_wrong_side if {
	count(rule.results) == 1 with input as alerts([object.union(base, {"op": "<"})])
}

test_fires_on_another_metric if {
	count(rule.results) == 1 with input as alerts([object.union(base, {"metrics": ["backup_last_success"]})])
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
	count(rule.results) == 0 with input as alerts([object.union(base, {"seconds": 3600, "op": ">="})])
}

test_fires_when_held_back if {
	slow := alerts([base])
	held := json.patch(slow, [{"op": "replace", "path": "/facts/alerts/rules/0/for", "value": 86400}])
	count(rule.results) == 1 with input as held
}
