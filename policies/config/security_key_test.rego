package policies.config.security_key_test

import data.policies.config.security_key as rule

policy(line) := {"files": {"SECURITY.md": {"family": "document", "content": {"lines": [line]}}}}

test_fires_without_key if {
	some r in rule.results with input as policy("write to us")
	r.path == ["files", "SECURITY.md", "content", "lines", 0]
}

test_silent_with_key if {
	count(rule.results) == 0 with input as policy("PGP key on the website")
	count(rule.results) == 0 with input as {"files": {"security.txt": {"family": "security-txt", "content": {"fields": [{"name": "encryption", "value": "x"}]}}}}
}
