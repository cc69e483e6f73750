package policies.config.backup_test

import data.policies.config.backup as rule

repository(text) := {"complete": true, "facts": {"anchor": ["files"], "stores": [["documents", 0]], "scheduled": [{"text": text}]}}

test_fires_without_backup if {
	some r in rule.results with input as repository("lint")
	r.path == ["files"]
}

test_silent_with_backup if {
	count(rule.results) == 0 with input as repository("pg_dump app")
	count(rule.subjects) == 0 with input as {"complete": true, "facts": {"stores": [], "scheduled": []}}
}
