package policies.config.alert_wall_time_test

import data.policies.config.alert_wall_time as rule

anchor := ["files", "rules.yml", "content", "groups"]

alerts(comparisons) := {
	"complete": true,
	"facts": {"anchor": ["files"], "alerts": {"anchor": anchor, "rules": [alert | some c in comparisons; alert := {
		"name": "A", "language": "promql", "for": 0, "comparisons": [c],
	}]}},
}

base := {"metrics": ["scan_duration_seconds_bucket"], "functions": ["histogram_quantile"], "quantile": 0.95, "op": ">", "threshold": 5, "seconds": 5, "path": ["x"]}

test_fires_without_alert if {
	some r in rule.results with input as alerts([])
	r.path == ["files"]
}

test_fires_when_late if {
	count(rule.results) == 1 with input as alerts([object.union(base, {"seconds": 6})])
}

test_fires_on_the_median if {
	count(rule.results) == 1 with input as alerts([object.union(base, {"quantile": 0.5})])
}

test_fires_on_the_wrong_side if {
	count(rule.results) == 1 with input as alerts([object.union(base, {"op": "<"})])
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

test_silent_on_a_higher_percentile if {
	count(rule.results) == 0 with input as alerts([object.union(base, {"quantile": 0.99})])
}
