package policies.config.siem_refused_bypass_test

import data.policies.config.siem_refused_bypass as rule

detections(catches) := {"complete": true, "facts": {"anchor": ["files"], "detections": {"anchor": ["x"], "rules": [{"catches": catches}]}}}

test_fires if {
	some r in rule.results with input as detections(["other"])
	r.path == ["files"]
}

test_silent if {
	count(rule.results) == 0 with input as detections(["other", "refused-bypass"])
	count(rule.subjects) == 1 with input as detections(["refused-bypass"])
}

test_silent_without_siem if {
	none := {"complete": true, "facts": {"detections": {"anchor": [], "rules": []}}}
	count(rule.results) == 0 with input as none
	count(rule.subjects) == 0 with input as none
}
