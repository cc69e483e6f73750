package policies.compose.store_memory_test

import data.policies.compose.store_memory as rule

store(words) := {"facts": {"services": {"db": {"product": "valkey", "words": [w |
	some text in words
	w := {"text": text, "from": "command"}
]}}}}

test_fires_without_limit if {
	some r in rule.results with input as store(["valkey-server"])
	r.path == ["services", "db", "command"]
}

test_silent_with_limit if {
	count(rule.results) == 0 with input as store(["valkey-server", "--maxmemory", "1gb"])
	count(rule.results) == 0 with input as store(["valkey-server", "/etc/valkey.conf"])
}

test_unknown_with_file if {
	count(rule.unknown) == 1 with input as store(["valkey-server", "/etc/valkey.conf"])
	count(rule.unknown) == 0 with input as store(["valkey-server", "/etc/valkey.conf", "--maxmemory", "1gb"])
}
