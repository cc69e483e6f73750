package policies.compose.store_password_required_test

import data.policies.compose.store_password_required as rule

store(optional) := {"facts": {"services": {"db": {"product": "valkey", "passwords": [{
	"state": "variable", "optional": optional, "required": "${PASS:?}",
	"path": ["services", "db", "command", 2],
}]}}}}

test_fires_on_optional if {
	some r in rule.results with input as store(["PASS"])
	r.path == ["services", "db", "command", 2]
	r.fix.value == "${PASS:?}"
}

test_silent_on_required if {
	count(rule.results) == 0 with input as store([])
	count(rule.subjects) == 1 with input as store([])
}
