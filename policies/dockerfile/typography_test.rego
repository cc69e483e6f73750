package policies.dockerfile.typography_test

import data.policies.dockerfile.typography as rule

found(list) := {"facts": {"typography": list}}

test_fires_on_typographic_text if {
	some r in rule.results with input as found([{"text": "a‑b", "plain": "a-b", "path": ["stages", 0]}])
	r.path == ["stages", 0]
}

test_silent_on_plain_text if {
	count(rule.results) == 0 with input as found([])
}
