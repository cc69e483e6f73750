package policies.config.release_signature_test

import data.policies.config.release_signature as rule

release(words) := {"facts": {"workflows": [{"file": "w", "unseen": false, "trigger": {"release": true}, "steps": [
	{"uses": {"name": "docker/build-push-action"}, "with": {"push": "true"}, "commands": [], "path": ["s"]},
	{"uses": null, "with": {}, "commands": [{"words": words, "ignored": ""}], "path": ["t"]},
]}]}}

test_fires_without_signature if {
	some r in rule.results with input as release(["make"])
	r.path == ["s"]
}

test_silent_with_signature if {
	count(rule.results) == 0 with input as release(["cosign", "sign", "--yes", "x"])
}
