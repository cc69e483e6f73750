package policies.compose.https_only_test

import data.policies.compose.https_only as rule

backend(environment) := {
	"services": {"web": {"environment": environment}},
	"facts": {"services": {"web": {"aspnet": true}}},
}

test_fires_on_http if {
	some r in rule.results with input as backend({"ASPNETCORE_URLS": "https://+:8080;http://+:80"})
	r.path == ["services", "web", "environment", "ASPNETCORE_URLS"]
	count(rule.results) == 1 with input as backend({"ASPNETCORE_HTTP_PORTS": 8080})
}

test_fires_when_unsaid if {
	count(rule.results) == 1 with input as backend({"ASPNETCORE_ENVIRONMENT": "Production"})
}

test_silent_on_https if {
	count(rule.results) == 0 with input as backend({"ASPNETCORE_URLS": "https://+:8080"})
	count(rule.results) == 0 with input as backend({"Kestrel__Endpoints__Https__Url": "https://+:8080"})
}

test_silent_elsewhere if {
	count(rule.subjects) == 0 with input as {"services": {"web": {}}, "facts": {"services": {"web": {"aspnet": false}}}}
}
