package policies.config.compose_unreadable_test

import data.policies.config.compose_unreadable as rule

found(problems) := {"facts": {"compose_files": {"c": true}, "problems": problems}}

test_fires_on_problem if {
	some r in rule.results with input as found([{"file": "c", "message": "m", "remote": false, "path": ["problems", 0]}])
	r.path == ["problems", 0]
}

test_silent_without_problem if {
	count(rule.results) == 0 with input as found([])
	count(rule.results) == 0 with input as found([{"file": "c", "message": "m", "remote": true, "path": ["problems", 0]}])
	count(rule.subjects) == 1 with input as found([])
}
