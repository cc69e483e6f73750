package policies.kubernetes.rbac_wildcard_test

import data.policies.kubernetes.rbac_wildcard as rule

role(grant) := {"object": {"rules": [grant]}, "facts": {"kind": "Role", "name": "r"}}

test_fires_on_wildcard if {
	some r in rule.results with input as role({"verbs": ["get", "*"]})
	r.path == ["rules", 0, "verbs", 1]
	r.severity == "high"
	some s in rule.results with input as role({"apiGroups": ["*"], "verbs": ["get"]})
	s.severity == "medium"
}

test_fires_on_escalation if {
	every grant in [{"verbs": ["escalate"]}, {"verbs": ["create"], "resources": ["serviceaccounts/token"]}] {
		count(rule.results) == 1 with input as role(grant)
	}
}

test_silent_when_named if {
	count(rule.results) == 0 with input as role({"verbs": ["get"], "resources": ["pods"], "apiGroups": [""]})
	count(rule.results) == 0 with input as role(null)
	count(rule.subjects) == 0 with input as {"object": {}, "facts": {"kind": "Pod", "name": "p"}}
}

test_unknown_leading_right if {
	found := rule.unknown with input as {
		"facts": {"kind": "Role", "name": "r"},
		"object": {"rules": [{"resources": ["secrets", 1], "verbs": ["get"]}, {"resources": ["services"], "verbs": ["get"]}]},
	}
	count(found) == 1
}
