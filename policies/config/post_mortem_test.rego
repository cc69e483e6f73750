package policies.config.post_mortem_test

import data.policies.config.post_mortem as rule

repository(line) := {
	"complete": true,
	"files": {"docs/incident.md": {"family": "document", "content": {"lines": [line], "headings": []}}},
	"facts": {"deploys": true, "anchor": ["documents", 0]},
}

test_fires_when_silent if {
	some r in rule.results with input as repository("nothing of it")
	r.path == ["files", "docs/incident.md", "content", "lines", 0]
}

test_silent_when_said if {
	count(rule.results) == 0 with input as repository("within 72 h")
}
