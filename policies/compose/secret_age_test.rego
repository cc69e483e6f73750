package policies.compose.secret_age_test

import data.policies.compose.secret_age as rule

secrets(date) := {"secrets": {"s": {"x-rotated": date}}}

test_fires_on_old_dates if {
	some r in rule.results with input as secrets("2026-01-01") with data.now as "2026-06-01T00:00:00Z"
	r.path == ["secrets", "s", "x-rotated"]
}

test_silent_on_new_or_no_dates if {
	count(rule.results) == 0 with input as secrets("2026-05-01") with data.now as "2026-06-01T00:00:00Z"
	count(rule.subjects) == 0 with input as secrets("soon") with data.now as "2026-06-01T00:00:00Z"
}
