package policies.kubernetes.service_account_token_test

import data.policies.kubernetes.service_account_token as rule

pod(spec) := {"object": {"spec": spec}, "facts": {"kind": "Pod", "name": "p", "pod": {"path": ["spec"]}}}

test_fires_by_default if {
	some r in rule.results with input as pod({})
	r.path == ["spec", "automountServiceAccountToken"]
}

test_silent_when_off if {
	count(rule.results) == 0 with input as pod({"automountServiceAccountToken": false})
	count(rule.subjects) == 0 with input as {"object": {}, "facts": {"kind": "Service", "name": "s", "pod": null}}
}
