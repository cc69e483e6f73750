package policies.kubernetes.typography_test

import data.policies.kubernetes.typography as rule

found(list) := {"facts": {"name": "x", "typography": list}}

test_fires_on_typographic_text if {
	some r in rule.results with input as found([{"text": "a\u2011b", "plain": "a-b", "key": false, "path": ["x"]}])
	r.path == ["x"]
}

test_silent_on_plain_text if {
	count(rule.results) == 0 with input as found([])
	count(rule.subjects) == 1 with input as found([])
}
