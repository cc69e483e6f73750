package policies.config.audit_watch_test

import data.policies.config.audit_watch as rule

machine(watches) := {"facts": {"host": {"audit": ["files", "a"], "watches": watches}}}

test_fires_on_missing_watches if {
	count(rule.results) == 3 with input as machine([])
	some r in rule.results with input as machine(["/etc/docker", "/usr/bin/docker*", "/srv/compose.yml"])
	r.path == ["files", "a"]
}

test_silent_on_all_watches if {
	count(rule.results) == 0 with input as machine(["/etc/docker", "/usr/bin/dockerd", "/srv/compose.yml"])
	count(rule.subjects) == 0 with input as {"facts": {"host": {"audit": null, "watches": []}}}
}
