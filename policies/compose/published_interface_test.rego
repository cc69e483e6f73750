package policies.compose.published_interface_test

import data.policies.compose.published_interface as rule

service(role, ip) := {"facts": {"services": {"web": {"role": role, "ports": [{"host_ip": ip, "published": "80", "path": ["p"]}]}}}}

test_fires_on_every_interface if {
	some r in rule.results with input as service("other", "")
	r.path == ["p"]
	count(rule.results) == 1 with input as service("backend", "::")
}

test_silent_on_one_interface if {
	count(rule.results) == 0 with input as service("other", "127.0.0.1")
	count(rule.results) == 0 with input as service("ingress", "")
}

test_unknown_by_variable if {
	some doubt in rule.unknown with input as {"variables": [{
		"name": "X", "set": false, "default": null,
		"path": ["services", "web", "ports"],
	}]}
	doubt.subject == "web"
}
