package policies.compose.provider_test

import data.policies.compose.provider as rule

service(key, value) := {"services": {"web": {key: value}}}

test_fires_on_foreign_code if {
	some r in rule.results with input as service("provider", {"type": "x"})
	r.path == ["services", "web", "provider", "type"]
	count(rule.results) == 1 with input as service("build", {"context": "https://example.org/a.git#main"})
}

test_silent_on_own_code if {
	count(rule.results) == 0 with input as service("build", {"context": "./app"})
	count(rule.results) == 0 with input as service("build", "https://example.org/a.git#0123456789abcdef0123456789abcdef01234567")
}

test_unknown_by_variable if {
	some doubt in rule.unknown with input as {"variables": [{
		"name": "X", "set": false, "default": null,
		"path": ["services", "web", "provider"],
	}]}
	doubt.subject == "web"
}
