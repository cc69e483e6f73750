package policies.config.authority_enabled_test

import data.policies.config.authority_enabled as rule

fact(value) := {
	"name": "concelier.authority.enabled", "value": value, "known": true, "from": "file", "service": "",
	"overridden": false, "path": ["files", "concelier.yaml", "content", "values", "concelier", "authority", "enabled"],
}

repository(settings) := {"complete": true, "facts": {
	"anchor": ["files"],
	"settings": settings,
	"derived": {"concelier": [{"name": "concelier.yaml", "path": ["files", "concelier.yaml"]}]},
}}

test_fires_when_off if {
	some r in rule.results with input as repository([fact(false)])
	r.path == fact(false).path
	r.fix.value == true
	some s in rule.results with input as repository([fact("no")])
	s.fix.value == "true"
}

test_fires_when_absent if {
	some r in rule.results with input as repository([])
	r.path == ["files"]
}

test_silent_when_on if {
	count(rule.results) == 0 with input as repository([fact("True")])
	count(rule.results) == 0 with input as repository([object.union(fact(false), {"overridden": true})])
}

test_silent_without_the_application if {
	count(rule.subjects) == 0 with input as {"complete": true, "facts": {"settings": [], "derived": {"concelier": []}}}
	part := object.union(repository([]), {"complete": false})
	count(rule.results) == 0 with input as part
}
