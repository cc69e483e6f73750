package policies.config.plain_listener_test

import data.policies.config.plain_listener as rule

repository(plain, from) := {"facts": {"derived": {"listeners": [{
	"address": "http://+:80", "plain": plain, "from": from, "path": ["files", "appsettings.json"],
}]}}}

test_fires_on_http if {
	some r in rule.results with input as repository(true, "file")
	r.path == ["files", "appsettings.json"]
}

test_silent_on_https if {
	count(rule.results) == 0 with input as repository(false, "file")
	count(rule.subjects) == 1 with input as repository(false, "file")
	count(rule.subjects) == 0 with input as repository(true, "compose")
}
