package policies.config.runbook_eradicate_test

import data.policies.config.runbook_eradicate as rule

repository(line) := {
	"complete": true,
	"files": {"docs/incident.md": {"family": "document", "content": {"lines": [line], "headings": []}}},
	"facts": {"deploys": true, "anchor": ["documents", 0]},
}

test_fires_when_silent if {
	some r in rule.results with input as repository("nothing of it")
	r.path == ["files", "docs/incident.md", "content", "lines", 0]
	some s in rule.results with input as object.union(repository("x"), {"files": {"docs/incident.md": {"family": "other"}}})
	s.path == ["documents", 0]
}

test_silent_when_said if {
	count(rule.results) == 0 with input as repository("rotate all secrets")
	count(rule.results) == 0 with input as object.union(repository("x"), {"complete": false})
}
