package policies.compose.published_store_test

import data.policies.compose.published_store as rule

publishing(role, facts) := {"facts": {"services": {"db": {"role": role, "ports": [object.union(
	{
		"first": 80, "last": 80, "published": "80", "loopback": false,
		"path": ["services", "db", "ports", 0],
	},
	facts,
)]}}}}

severities(role, facts) := found if {
	found := {r.severity | some r in rule.results} with input as publishing(role, facts)
}

test_fires_on_store if {
	severities("store", {}) == {"critical"}
	severities("store", {"loopback": true}) == {"medium"}
}

test_fires_on_range if {
	severities("other", {"first": 6000, "last": 7000, "published": ""}) == {"critical"}
}

test_silent_for_others if {
	severities("other", {}) == set()
	severities("other", {"first": 6380, "last": 6390}) == set()
}
