package policies.compose.store_password_literal_test

import data.policies.compose.store_password_literal as rule

store(state) := {"facts": {"services": {"db": {"passwords": [{
	"state": state,
	"path": ["services", "db", "command", 2],
}]}}}}

test_fires_on_literal if {
	some r in rule.results with input as store("literal")
	r.path == ["services", "db", "command", 2]
}

test_silent_on_others if {
	every state in ["variable", "file", "empty"] {
		count(rule.results) == 0 with input as store(state)
	}
}

test_silent_without_passwords if {
	count(rule.subjects) == 0 with input as {"facts": {"services": {"web": {"passwords": []}}}}
}

test_unknown_without_file if {
	found := rule.unknown with input as {"facts": {"services": {"db": {"passwords": [{"state": "file", "path": ["services", "db", "command", 1]}]}}}}
	count(found) == 1
}
