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
	count(rule.results) == 0 with input as store([{"state": "file"}], [])
	count(rule.results) == 0 with input as store([], ["--rename-command", "FLUSHALL", ""])
	count(rule.results) == 0 with input as store([], ["--user", "app on -@dangerous"])
}
