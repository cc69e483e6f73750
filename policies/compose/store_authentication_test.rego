package policies.compose.store_authentication_test

import data.policies.compose.store_authentication as rule

store(product, states) := {"facts": {"services": {"db": {
	"role": "store", "product": product,
	"passwords": [{"state": s, "path": ["services", "db", "environment", s]} | some s in states],
}}}}

test_fires_without_password if {
	some r in rule.results with input as store("valkey", [])
	r.path == ["services", "db", "command"]
}

test_fires_on_mongo_without_accounts if {
	some r in rule.results with input as store("mongo", [])
	r.path == ["services", "db", "environment"]
	count(rule.results) == 0 with input as store("mongo", ["file"])
}

test_fires_on_opened_elasticsearch if {
	count(rule.results) == 1 with input as store("elasticsearch", ["empty"])
	count(rule.results) == 0 with input as store("elasticsearch", [])
}

test_fires_on_empty_password if {
	some r in rule.results with input as store("valkey", ["empty"])
	r.path == ["services", "db", "environment", "empty"]
	count(rule.results) == 1 with input as store("postgres", ["variable", "empty"])
}

test_silent_with_password if {
	count(rule.results) == 0 with input as store("valkey", ["file"])
	count(rule.results) == 0 with input as store("valkey", ["empty", "variable"])
	count(rule.results) == 0 with input as store("postgres", [])
}

test_silent_for_others if {
	count(rule.subjects) == 0 with input as {"facts": {"services": {"web": {"role": "other", "product": ""}}}}
}

test_fires_on_open_file if {
	open := {"facts": {"services": {"db": {
		"role": "store", "product": "valkey", "passwords": [{"state": "file", "path": ["services", "db", "command", 1]}],
		"access": {"state": "open", "why": "valkey.conf, line 2: it sets no password", "path": ["services", "db", "command", 1]},
	}}}}
	some r in rule.results with input as open
	r.path == ["services", "db", "command", 1]
}

test_unknown_product_or_file if {
	count(rule.unknown) == 1 with input as store("memcached", [])
	count(rule.unknown) == 1 with input as store("postgres", ["file"])
	count(rule.unknown) == 0 with input as store("postgres", ["literal"])
}
