package policies.config.database_refresh_test

import data.policies.config.database_refresh as rule

repository(hours) := {"facts": {"derived": {"refreshes": [{
	"hours": hours, "text": "x", "path": ["files", "concelier.yaml"],
}]}}}

test_fires_on_gaps if {
	some r in rule.results with input as repository(168)
	r.path == ["files", "concelier.yaml"]
}

test_silent_when_daily if {
	count(rule.results) == 0 with input as repository(24)
	count(rule.subjects) == 1 with input as repository(24)
}
