package policies.config.disclosure_terms_test

import data.policies.config.disclosure_terms as rule

policy(line) := {"files": {"SECURITY.md": {"family": "document", "content": {"lines": [line]}}}}

test_fires_when_silent if {
	some r in rule.results with input as policy("write to us")
	r.path == ["files", "SECURITY.md", "content", "lines", 0]
}

test_silent_when_said if {
	count(rule.results) == 0 with input as policy("Coordinated disclosure, public credit")
	count(rule.subjects) == 0 with input as {"files": {}}
}
