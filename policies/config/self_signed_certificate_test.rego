package policies.config.self_signed_certificate_test

import data.policies.config.self_signed_certificate as rule

certificate(known, self) := {"facts": {"certificates": [{"name": "c", "issuer": "i", "known": known, "self_signed": self, "path": ["documents", 0]}]}}

test_fires_on_self_signed if {
	some r in rule.results with input as certificate(true, true)
	r.path == ["documents", 0]
}

test_silent_on_ca if {
	count(rule.results) == 0 with input as certificate(true, false)
	count(rule.subjects) == 0 with input as certificate(false, false)
}
