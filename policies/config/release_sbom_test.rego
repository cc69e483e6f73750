package policies.config.release_sbom_test

import data.policies.config.release_sbom as rule

release(inputs) := {"facts": {"workflows": [{"file": "w", "unseen": false, "trigger": {"release": true}, "steps": [{
	"uses": {"name": "docker/build-push-action"}, "with": object.union({"push": "true"}, inputs), "commands": [], "path": ["s"],
}]}]}}

test_fires_without_list if {
	some r in rule.results with input as release({})
	r.path == ["s"]
}

test_silent_with_list if {
	count(rule.results) == 0 with input as release({"sbom": "true"})
	count(rule.results) == 0 with input as release({"push": "false"})
}
