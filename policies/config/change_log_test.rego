package policies.config.change_log_test

import data.policies.config.change_log as rule

repository(files) := {"complete": true, "files": files, "facts": {"deploys": true, "anchor": ["documents", 0]}}

log(line) := {
	"CHANGELOG.md": {"family": "document", "content": {"lines": [line]}},
	"VERSION": {"family": "version", "content": {"lines": ["1.2.0"]}},
}

test_fires_without_entry if {
	some r in rule.results with input as repository({})
	r.path == ["documents", 0]
	some s in rule.results with input as repository(log("## 1.1.0"))
	s.path == ["files", "CHANGELOG.md", "content", "lines", 0]
}

test_silent_with_entry if {
	count(rule.results) == 0 with input as repository(log("## 1.2.0"))
	count(rule.results) == 0 with input as object.union(repository({}), {"complete": false})
}
