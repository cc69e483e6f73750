package policies.config.metrics_scraped_test

import data.policies.config.metrics_scraped as rule

server(jobs, monitors) := {"facts": {"metrics": {"monitors": monitors, "servers": [{"path": ["x"], "jobs": jobs}]}}}

test_fires if {
	some r in rule.results with input as server([{"discovers": false, "hosts": ["localhost", "prometheus"]}], 0)
	r.path == ["x"]
	count(rule.results) == 1 with input as server([], 0)
}

test_silent if {
	count(rule.results) == 0 with input as server([{"discovers": false, "hosts": ["backend"]}], 0)
	count(rule.results) == 0 with input as server([{"discovers": true, "hosts": []}], 0)
	count(rule.results) == 0 with input as server([], 1)
}

test_silent_without_prometheus if {
	none := {"facts": {"metrics": {"monitors": 0, "servers": []}}}
	count(rule.results) == 0 with input as none
	count(rule.subjects) == 0 with input as none
}
