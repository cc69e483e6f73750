package policies.config.tls_version_test

import data.policies.config.tls_version as rule

server(value) := {"facts": {"settings": [{"name": "kestrel.endpointdefaults.sslprotocols.0", "value": value, "known": true, "overridden": false, "path": ["files", "a"]}]}}

test_fires_on_old_versions if {
	some r in rule.results with input as server("Tls11")
	r.path == ["files", "a"]
	count(rule.results) == 1 with input as server("Tls, Tls12")
}

test_silent_on_new_versions if {
	count(rule.results) == 0 with input as server("Tls13")
	count(rule.subjects) == 1 with input as server("Tls13")
}
