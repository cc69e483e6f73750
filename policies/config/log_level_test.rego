package policies.config.log_level_test

import data.policies.config.log_level as rule

repository(category, level) := {"facts": {"derived": {"loggers": [{
	"category": category, "level": level, "path": ["files", "appsettings.json"],
}]}}}

test_fires_on_talkative_levels if {
	some r in rule.results with input as repository("default", "debug")
	r.path == ["files", "appsettings.json"]
	count(rule.results) == 1 with input as repository("default", "trace")
	count(rule.results) == 1 with input as repository("acme.jobs", "trace")
}

test_silent_otherwise if {
	count(rule.results) == 0 with input as repository("default", "information")
	count(rule.results) == 0 with input as repository("acme.jobs", "debug")
	count(rule.subjects) == 1 with input as repository("acme.jobs", "debug")
}
