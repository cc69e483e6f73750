package policies.compose.store_commands_test

import data.policies.compose.store_commands as rule

store(passwords, words) := {"facts": {"services": {"db": {
	"product": "valkey", "passwords": passwords,
	"words": [{"text": w} | some w in words],
}}}}

test_fires_without_restriction if {
	some r in rule.results with input as store([{"state": "variable"}], ["valkey-server"])
	r.path == ["services", "db", "command"]
}

test_silent_with_restriction if {
	count(rule.results) == 0 with input as store([{"state": "file", "path": ["services", "db", "command", 1]}], [])
	count(rule.results) == 0 with input as store([], ["--rename-command", "FLUSHALL", ""])
	count(rule.results) == 0 with input as store([], ["--user", "app on -@dangerous"])
}

test_unknown_with_unread_file if {
	count(rule.unknown) == 1 with input as store([{"state": "file", "path": ["services", "db", "command", 1]}], [])
}
