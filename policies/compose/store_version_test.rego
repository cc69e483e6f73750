package policies.compose.store_version_test

import data.policies.compose.store_version as rule

service(name, major) := {"facts": {"services": {"db": {"image": {"name": name, "major": major}}}}}

test_fires_on_old_stores if {
	some r in rule.results with input as service("redis", 6)
	r.path == ["services", "db", "image"]
	count(rule.results) == 1 with input as service("valkey", 7)
}

test_silent_on_others if {
	count(rule.results) == 0 with input as service("valkey", 8)
	count(rule.results) == 0 with input as service("valkey", -1)
	count(rule.results) == 0 with input as service("postgres", 6)
}
