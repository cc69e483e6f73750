package policies.compose.authority_secret_test

import data.policies.compose.authority_secret as rule

service(key, value) := {"services": {"concelier": {"environment": {key: value}}}}

test_fires_on_value if {
	some r in rule.results with input as service("CONCELIER_AUTHORITY__CLIENTSECRET", "x")
	r.path == ["services", "concelier", "environment", "CONCELIER_AUTHORITY__CLIENTSECRET"]
}

test_silent_on_file if {
	count(rule.results) == 0 with input as service("CONCELIER__AUTHORITY__CLIENTSECRETFILE", "/run/secrets/x")
	count(rule.results) == 0 with input as service("CONCELIER_AUTHORITY__CLIENTSECRET", "")
}
