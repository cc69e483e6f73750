package policies.config.worker_limit_test

import data.policies.config.worker_limit as rule

repository(workers, limits) := {"facts": {
	"settings": [{
		"name": "scannerpool.workers", "value": workers, "known": true, "from": "file", "service": "",
		"overridden": false, "path": ["files", "appsettings.json"],
	}],
	"derived": {"limits": [{"per_second": n, "path": ["documents", 0]} | some n in limits]},
}}

test_fires_on_idle_workers if {
	some r in rule.results with input as repository(200, [40])
	r.related == [["documents", 0]]
	count(rule.results) == 1 with input as repository("41", [40])
}

test_silent_when_they_match if {
	count(rule.results) == 0 with input as repository(40, [40])
	count(rule.subjects) == 1 with input as repository(40, [40])
	count(rule.subjects) == 0 with input as repository(40, [])
	count(rule.subjects) == 0 with input as repository("${N}", [40])
}
