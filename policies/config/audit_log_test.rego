package policies.config.audit_log_test

import data.policies.config.audit_log as rule

repository(level) := {"facts": {"derived": {"audit_loggers": [{
	"category": "concelier.authorization.audit", "level": level, "path": ["files", "appsettings.json"],
}]}}}

test_fires_above_information if {
	some r in rule.results with input as repository("none")
	r.path == ["files", "appsettings.json"]
	count(rule.results) == 1 with input as repository("warning")
}

test_silent_at_information if {
	count(rule.results) == 0 with input as repository("information")
	count(rule.results) == 0 with input as repository("debug")
	count(rule.subjects) == 1 with input as repository("information")
}
