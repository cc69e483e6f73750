package policies.compose.user_test

import data.policies.compose.user as rule

running(user) := {"facts": {"services": {"web": {"user": user}}}}

plain := {"set": true, "value": "101:101", "root": false, "root_group": false, "unknown": false}

test_fires_without_user if {
	some r in rule.results with input as running(object.union(plain, {"set": false, "value": ""}))
	r.path == ["services", "web", "user"]
}

test_fires_on_root if {
	count(rule.results) == 1 with input as running(object.union(plain, {"value": "0:0", "root": true, "root_group": true}))
}

test_fires_on_root_group if {
	count(rule.results) == 1 with input as running(object.union(plain, {"value": "1000:0", "root_group": true}))
}

test_fires_on_unknown if {
	count(rule.results) == 1 with input as running(object.union(plain, {"unknown": true}))
}

test_silent_for_other_users if {
	count(rule.results) == 0 with input as running(plain)
}

test_fires_mildly_on_known_images if {
	some r in rule.results with input as {"facts": {"services": {"web": {"user": {"set": false, "unknown": false, "image_nonroot": true}}}}}
	r.severity == "low"
	count(rule.results) == 1 with input as {"facts": {"services": {"web": {"user": {"set": false, "unknown": false, "image_nonroot": true}}}}}
}
