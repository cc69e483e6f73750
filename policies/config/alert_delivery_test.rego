package policies.config.alert_delivery_test

import data.policies.config.alert_delivery as rule

sends(critical) := {"facts": {"metrics": {"servers": []}, "deliveries": [{"path": ["x"], "critical": critical}]}}

serves(rules, alerting) := {"facts": {"deliveries": [], "metrics": {"servers": [{"path": ["x"], "rules": rules, "alerting": alerting}]}}}

test_fires_on_empty_receiver if {
	some r in rule.results with input as sends([{"name": "null", "channels": []}])
	r.message == "critical alerts go to receiver null, which sends them nowhere"
}

test_fires_on_missing_receiver if {
	count(rule.results) == 1 with input as sends([])
}

test_fires_without_alertmanager if {
	count(rule.results) == 1 with input as serves(true, false)
}

test_silent if {
	count(rule.results) == 0 with input as sends([{"name": "a", "channels": []}, {"name": "b", "channels": ["pagerduty"]}])
	count(rule.results) == 0 with input as serves(true, true)
	count(rule.results) == 0 with input as serves(false, false)
	count(rule.subjects) == 0 with input as serves(false, false)
}
