package policies.config.red_team_test

import data.policies.config.red_team as rule

file(date) := {"files": {"evidence/pentest/a.yaml": {"family": "evidence", "content": {"date": date}}}}

test_fires_on_old_test if {
	some r in rule.results with input as file("2024-01-01") with data.now as "2026-01-01T00:00:00Z"
	r.path == ["files", "evidence/pentest/a.yaml", "content", "date"]
	count(rule.results) == 1 with input as file("soon") with data.now as "2026-01-01T00:00:00Z"
}

test_silent_on_new_test if {
	count(rule.results) == 0 with input as file("2025-06-01") with data.now as "2026-01-01T00:00:00Z"
}
