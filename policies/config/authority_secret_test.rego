package policies.config.authority_secret_test

import data.policies.config.authority_secret as rule

repository(name, value) := {"facts": {"settings": [{
	"name": name, "value": value, "known": true, "from": "file", "service": "", "overridden": false,
	"path": ["files", "concelier.yaml", "x"],
}]}}

test_fires_on_value if {
	some r in rule.results with input as repository("concelier.authority.clientsecret", "x")
	r.path == ["files", "concelier.yaml", "x"]
}

test_silent_on_file if {
	count(rule.results) == 0 with input as repository("concelier.authority.clientsecretfile", "/run/secrets/x")
	count(rule.subjects) == 1 with input as repository("concelier.authority.clientsecretfile", "/run/secrets/x")
	count(rule.results) == 0 with input as repository("concelier.authority.clientsecret", "")
}
