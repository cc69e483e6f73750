package policies.config.escalation_address_test

import data.policies.config.escalation_address as rule

sends(addresses, lines) := {
	"files": {"RUNBOOK.md": {"family": "document", "content": {"lines": lines}}},
	"facts": {"deliveries": [{"path": ["x"], "critical": [{"name": "a", "addresses": [{"text": a, "path": ["y"]} | some a in addresses]}]}]},
}

test_fires_without_address if {
	some r in rule.results with input as sends([], ["# Escalate", "by phone"])
	r.path == ["x"]
}

test_fires_on_typographic_hyphen if {
	some r in rule.results with input as sends(["security@stella‑ops.org"], [])
	r.path == ["y"]
}

test_silent if {
	every to in ["security@example.org", "Security <security@example.org>", "a@b, c@d", "{{ mail }}"] {
		count(rule.results) == 0 with input as sends([to], [])
	}
	count(rule.results) == 0 with input as sends([], ["P1 incidents go to security@example.org (24 x 7)"])
}

test_silent_without_alertmanager if {
	count(rule.subjects) == 0 with input as {"files": {}, "facts": {"deliveries": []}}
}
