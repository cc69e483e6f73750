package policies.compose.no_new_privileges_test

import data.policies.compose.no_new_privileges as rule

with_option(role, on) := {"facts": {"services": {"web": {"role": role, "no_new_privileges": on}}}}

test_fires_when_off if {
	some r in rule.results with input as with_option("other", false)
	r.path == ["services", "web", "security_opt"]
}

test_silent_when_on if {
	count(rule.results) == 0 with input as with_option("other", true)
}

test_fires_for_stores if {
	judged := object.union(with_option("store", false), {"params": {"profile": "guide"}})
	count(rule.results) == 1 with input as judged
	count(rule.subjects) == 0 with input as object.union(judged, {"params": {"profile": "guide-literal"}})
}

test_unknown_by_variable if {
	some doubt in rule.unknown with input as object.union(with_option("other", false), {"variables": [{
		"name": "X", "set": false, "default": null,
		"path": ["services", "web", "security_opt"],
	}]})
	doubt.subject == "web"
}
