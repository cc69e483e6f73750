package policies.config.guide_version_test

import data.policies.config.guide_version as rule

copy(version) := {"facts": {"guides": [{"file": "g", "version": version, "path": ["files", "g"]}]}}

test_fires_on_other_version if {
	some r in rule.results with input as copy("v1.1")
	r.path == ["files", "g"]
}

test_silent_on_known_version if {
	count(rule.results) == 0 with input as copy("v2.0")
	count(rule.subjects) == 1 with input as copy("v2.0")
}
