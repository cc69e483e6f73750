package policies.dockerfile.plugin_key_test

import data.policies.dockerfile.plugin_key as rule

file(targets) := {"facts": {"stages": [{"name": "0", "final": true, "copies": [c | some t in targets; c := {"text": t, "path": ["stages", 0, t]}]}]}}

test_fires_without_key if {
	some r in rule.results with input as file(["/plugins/"])
	r.path == ["stages", 0, "/plugins/"]
}

test_silent_with_key if {
	count(rule.results) == 0 with input as file(["/plugins/", "/keys/cosign.pub"])
	count(rule.subjects) == 0 with input as file(["/app"])
}
