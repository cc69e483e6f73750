package policies.config.token_lifetime_test

import data.policies.config.token_lifetime as rule

repository(name, seconds) := {"params": {"profile": "guide"}, "facts": {"settings": [{
	"name": name, "value": "x", "seconds": seconds, "known": true, "from": "file", "service": "",
	"overridden": false, "path": ["files", "authority.yaml"],
}]}}

strict(seconds) := object.union(repository("a.accesstokenlifetime", seconds), {"params": {"profile": "strict"}})

test_fires_above_the_ceiling if {
	some r in rule.results with input as repository("authority.accesstokenlifetime", 86400)
	r.path == ["files", "authority.yaml"]
	count(rule.results) == 1 with input as repository("tokens.access_token_ttl", 43201)
	count(rule.results) == 1 with input as repository("authority.accesstoken.lifetime", 43201)
}

test_strict_asks_for_an_hour if {
	{r.severity | some r in rule.results} == {"info"} with input as strict(43200)
	count(rule.results) == 0 with input as strict(3600)
}

test_silent_below if {
	count(rule.results) == 0 with input as repository("authority.accesstokenlifetime", 43200)
	count(rule.subjects) == 1 with input as repository("authority.accesstokenlifetime", 43200)
}

test_other_lifetimes_are_not_judged if {
	count(rule.subjects) == 0 with input as repository("authority.refreshtokenlifetime", 864000)
	count(rule.subjects) == 0 with input as repository("authority.accesstokenlifetime", null)
}
