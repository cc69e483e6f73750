package policies.config.plugin_signature_check_test

import data.policies.config.plugin_signature_check as rule

repository(value) := {"facts": {"settings": [{
	"name": "security.disablepluginunsigned", "value": value, "known": true, "from": "file", "service": "",
	"overridden": false, "path": ["files", "appsettings.json"],
}]}}

test_fires_when_changed if {
	some r in rule.results with input as repository("True")
	r.path == ["files", "appsettings.json"]
}

test_silent_at_the_default if {
	count(rule.results) == 0 with input as repository(false)
	count(rule.subjects) == 1 with input as repository(false)
}
