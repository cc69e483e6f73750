package policies.config.audit_export_test

import data.policies.config.audit_export as rule

repository(hours) := {"complete": true, "facts": {
	"anchor": ["files"],
	"derived": {"concelier": [{"path": ["c"]}]},
	"scheduled": [{"text": "export audit", "hours": hours, "path": ["j"]}],
}}

test_fires_on_gaps if {
	some r in rule.results with input as repository(168)
	r.path == ["j"]
	count(rule.results) == 1 with input as {"complete": true, "facts": {"anchor": ["files"], "derived": {"concelier": [{"path": ["c"]}]}, "scheduled": []}}
}

test_silent_when_daily if {
	count(rule.results) == 0 with input as repository(24)
}
