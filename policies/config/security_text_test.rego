package policies.config.security_text_test

import data.policies.config.security_text as rule

text(fields) := {"files": {"security.txt": {"family": "security-txt", "content": {"fields": fields}}}}

contact := {"name": "contact", "value": "mailto:a@example.org"}

test_fires_on_each_problem if {
	some r in rule.results with input as text([contact, {"name": "expires", "value": "2020-01-01T00:00:00Z"}]) with data.now as "2026-01-01T00:00:00Z"
	r.path == ["files", "security.txt", "content", "fields", 1]
	count(rule.results) == 1 with input as text([contact]) with data.now as "2026-01-01T00:00:00Z"
	count(rule.results) == 1 with input as text([contact, {"name": "expires", "value": "soon"}]) with data.now as "2026-01-01T00:00:00Z"
}

test_silent_on_valid_text if {
	count(rule.results) == 0 with input as text([contact, {"name": "expires", "value": "2026-06-01T00:00:00Z"}]) with data.now as "2026-01-01T00:00:00Z"
}
