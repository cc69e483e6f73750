package policies.config.token_reminder_test

import data.policies.config.token_reminder as rule

repository(days, text) := {"complete": true, "facts": {
	"anchor": ["files"],
	"token": ["documents", 0],
	"scheduled": [{"text": text}],
	"alerts": {"rules": [{"comparisons": [{"metrics": ["stella_quota_token_days_remaining"], "threshold": days}]}]},
}}

test_fires_without_reminder if {
	some r in rule.results with input as repository(2, "backup")
	r.path == ["files"]
}

test_silent_with_reminder if {
	count(rule.results) == 0 with input as repository(5, "backup")
	count(rule.results) == 0 with input as repository(2, "remind token")
}
