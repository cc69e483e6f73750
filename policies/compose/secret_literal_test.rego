package policies.compose.secret_literal_test

import data.policies.compose.secret_literal as rule

holding(is_default, passwords) := {"facts": {"services": {"web": {
	"passwords": passwords,
	"secrets": [{
		"key": "DB_PASSWORD", "from": "environment", "default": is_default,
		"path": ["services", "web", "environment", "DB_PASSWORD"],
	}],
}}}}

test_fires_on_literal if {
	some r in rule.results with input as holding(false, [])
	r.path == ["services", "web", "environment", "DB_PASSWORD"]
}

test_fires_on_default if {
	some r in rule.results with input as holding(true, [])
	contains(r.message, "default")
}

test_silent_without_secrets if {
	count(rule.results) == 0 with input as {"facts": {"services": {"web": {"secrets": [], "passwords": []}}}}
}

test_silent_where_store_rule_speaks if {
	count(rule.results) == 0 with input as holding(false, [{"path": ["services", "web", "environment", "DB_PASSWORD"]}])
}

unknown(text) := count(found) if {
	at := ["services", "web", "environment", "URL"]
	found := rule.unknown with input as {
		"raw": {"services": {"web": {"environment": {"URL": text}}}},
		"variables": [{"name": "X", "path": at}],
	}
}

test_unknown_when_mixed if {
	unknown("postgres://${X}:hunter2x@db/app") == 1
	unknown("postgres://app:${X:-hunter2x}@db/app") == 1
	unknown("tok_live_9f86${X}") == 1
}

test_known_as_variable if {
	unknown("postgres://app:${X}@db/app") == 0
	unknown("${X}") == 0
	unknown("http://${X}/a") == 0
}
