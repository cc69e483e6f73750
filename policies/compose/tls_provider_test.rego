package policies.compose.tls_provider_test

import data.policies.compose.tls_provider as rule

backend(environment) := {
	"services": {"web": {"environment": environment}},
	"facts": {"services": {"web": {"aspnet": true, "role": "backend"}}},
}

test_fires_when_absent if {
	some r in rule.results with input as backend({})
	r.path == ["services", "web", "environment", "TLSPROVIDER"]
}

test_silent_when_set if {
	count(rule.results) == 0 with input as backend({"TLSPROVIDER": "OpenSslGost"})
}

test_fires_on_provider_that_is_not_allowed if {
	some r in rule.results with input as backend({"TLSPROVIDER": "other"})
		with data.params as {"compose/tls-provider": {"allowed": ["OpenSslGost"]}}
	contains(r.message, "none of OpenSslGost")
}
