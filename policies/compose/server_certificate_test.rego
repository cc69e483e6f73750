package policies.compose.server_certificate_test

import data.policies.compose.server_certificate as rule

service(urls, certificate) := {
	"services": {"web": {"environment": {"ASPNETCORE_URLS": urls}}},
	"facts": {"services": {"web": {"certificate": certificate}}},
}

test_fires_without_certificate if {
	some r in rule.results with input as service("https://+:8080", false)
	r.path == ["services", "web", "environment", "ASPNETCORE_URLS"]
}

test_silent_with_certificate if {
	count(rule.results) == 0 with input as service("https://+:8080", true)
	count(rule.results) == 0 with input as service("http://+:8080", false)
}
