package policies.config.dependency_scan_test

import data.policies.config.dependency_scan as rule

repository(on_request, words) := {"complete": true, "facts": {"deploys": true, "anchor": ["documents", 0], "workflows": [{
	"file": "w", "on": ["on"], "unseen": false,
	"trigger": {"merge": false, "pull_request": on_request, "release": false},
	"steps": [{"uses": null, "with": {}, "commands": [{"words": words, "ignored": ""}], "path": ["s"]}],
}]}}

test_fires_without_scan if {
	some r in rule.results with input as repository(true, ["make"])
	r.path == ["documents", 0]
	count(rule.results) == 1 with input as repository(false, ["trivy", "fs", "."])
}

test_silent_with_scan if {
	count(rule.results) == 0 with input as repository(true, ["trivy", "fs", "."])
	count(rule.results) == 0 with input as object.union(repository(true, ["make"]), {"complete": false})
}
