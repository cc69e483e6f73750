package policies.compose.secret_argument_test

import data.policies.compose.secret_argument as rule

running(words) := {"facts": {"services": {"db": {"words": [{
	"text": w, "from": "command",
	"path": ["services", "db", "command", i],
} |
	some i, w in words
]}}}}

test_fires_on_two_words if {
	some r in rule.results with input as running(["valkey-server", "--requirepass", "x"])
	r.path == ["services", "db", "command", 2]
	count(rule.results) == 1 with input as running(["valkey-cli", "-a", "x", "ping"])
}

test_fires_on_one_word if {
	some r in rule.results with input as running(["server", "--admin-password=x"])
	r.path == ["services", "db", "command", 1]
	not contains(r.message, "=x")
}

test_silent_on_files if {
	count(rule.results) == 0 with input as running(["server", "--password", "/run/secrets/p"])
	count(rule.results) == 0 with input as running(["server", "--password-file=/run/secrets/p"])
	count(rule.results) == 0 with input as running(["ls", "-a", "x"])
	count(rule.results) == 0 with input as running(["valkey-server", "--requirepass"])
}
