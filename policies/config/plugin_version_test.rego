package policies.config.plugin_version_test

import data.policies.config.plugin_version as rule

code(classes, versions) := {"files": {"src/A.cs": {"family": "plugin", "content": {"classes": classes, "versions": versions}}}}

test_fires_on_missing_or_bad_version if {
	some r in rule.results with input as code([{"name": "A"}], [])
	r.path == ["files", "src/A.cs", "content", "classes", 0]
	count(rule.results) == 1 with input as code([], [{"text": "“1.0”"}])
	count(rule.results) == 1 with input as code([], [{"text": `"1"`}])
}

test_silent_on_version if {
	count(rule.results) == 0 with input as code([{"name": "A"}], [{"text": `"1.0"`}])
}
