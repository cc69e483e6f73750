package policies.compose.low_port_test

import data.policies.compose.low_port as rule

service(ports, urls) := {
	"services": {"web": {"environment": {"ASPNETCORE_URLS": urls}}},
	"facts": {"services": {"web": {"ports": ports}}},
}

test_fires_on_low_ports if {
	some r in rule.results with input as service([{"first": 80, "path": ["p"]}], "https://+:8080")
	r.path == ["p"]
	count(rule.results) == 1 with input as service([], "https://+:8080;https://+:443")
}

test_silent_on_high_ports if {
	count(rule.results) == 0 with input as service([{"first": 1024, "path": ["p"]}], "https://+:8080")
	count(rule.results) == 0 with input as service([{"first": 0, "path": ["p"]}], "https://+")
}

test_unknown_by_variable if {
	some doubt in rule.unknown with input as {"variables": [{
		"name": "X", "set": false, "default": null,
		"path": ["services", "web", "ports"],
	}]}
	doubt.subject == "web"
}
