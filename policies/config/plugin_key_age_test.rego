package policies.config.plugin_key_age_test

import data.policies.config.plugin_key_age as rule

keys(hash) := {"facts": {"keys": [
	{"file": "a", "major": "1", "hash": "x", "path": ["tree", "a"]},
	{"file": "b", "major": "2", "hash": hash, "path": ["tree", "b"]},
]}}

test_fires_on_same_key if {
	some r in rule.results with input as keys("x")
	r.path == ["tree", "b"]
}

test_silent_on_new_key if {
	count(rule.results) == 0 with input as keys("y")
	count(rule.subjects) == 2 with input as keys("y")
}
