package policies.config.alert_store_memory_test

import data.policies.config.alert_store_memory as rule

anchor := ["files", "rules.yml", "content", "groups"]

alerts(comparisons) := {
	"complete": true,
	"facts": {"anchor": ["files"], "alerts": {"anchor": anchor, "rules": [alert | some c in comparisons; alert := {
		"name": "A", "language": "promql", "for": 0, "comparisons": [c],
	}]}},
}

base := {"metrics": ["redis_memory_used_bytes", "redis_memory_max_bytes"], "divisors": ["redis_memory_max_bytes"], "labels": [], "op": ">", "threshold": 0.75, "guarded": true, "path": ["x"]}

test_fires_without_alert if {
	some r in rule.results with input as alerts([])
	r.path == ["files"]
}

test_fires_when_late if {
	count(rule.results) == 1 with input as alerts([object.union(base, {"threshold": 0.9})])
}

test_fires_without_guard if {
	count(rule.results) == 1 with input as alerts([object.union(base, {"guarded": false})])
}

test_fires_on_bytes if {
	count(rule.results) == 1 with input as alerts([object.union(base, {"divisors": []})])
}

test_fires_on_another_store if {
	count(rule.results) == 1 with input as alerts([object.union(base, {"metrics": ["node_memory_used", "node_memory_max_bytes"]})])
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

test_silent_by_label if {
	count(rule.results) == 0 with input as alerts([object.union(base, {"metrics": ["container_memory_bytes"], "labels": [{"field": "pod", "op": "=~", "value": "valkey.*"}]})])
}

test_silent_with_a_total if {
	count(rule.results) == 0 with input as alerts([object.union(base, {"guarded": false, "divisors": ["redis_total_system_memory_bytes"]})])
}
