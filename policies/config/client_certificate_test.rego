package policies.config.client_certificate_test

import data.policies.config.client_certificate as rule

repository(mode) := {"facts": {"derived": {"client_certificates": [{"mode": mode, "path": ["files", "appsettings.json"]}]}}}

test_fires_when_optional if {
	some r in rule.results with input as repository("allowcertificate")
	r.path == ["files", "appsettings.json"]
}

test_silent_when_required if {
	count(rule.results) == 0 with input as repository("requirecertificate")
	count(rule.results) == 0 with input as repository("on")
	count(rule.subjects) == 1 with input as repository("on")
}
