package policies.config.authority_bypass_test

import data.policies.config.authority_bypass as rule

repository(bits, loopback) := {"facts": {"derived": {"bypasses": [{
	"network": "x", "bits": bits, "of": 32, "loopback": loopback, "path": ["files", "concelier.yaml"],
}]}}}

test_fires_on_wide_network if {
	some r in rule.results with input as repository(0, false)
	r.path == ["files", "concelier.yaml"]
	count(rule.results) == 1 with input as repository(23, false)
}

test_silent_on_hosts if {
	count(rule.results) == 0 with input as repository(32, false)
	count(rule.results) == 0 with input as repository(24, false)
	count(rule.results) == 0 with input as repository(8, true)
}
