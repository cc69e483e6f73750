package policies.kubernetes.secret_manifest_test

import data.policies.kubernetes.secret_manifest as rule

held(values) := {"facts": {"kind": "Secret", "name": "s", "values": values}}

test_fires_on_value if {
	some r in rule.results with input as held([{"key": "password", "path": ["stringData", "password"]}])
	r.path == ["stringData", "password"]
}

test_silent_without_value if {
	count(rule.results) == 0 with input as held([])
	count(rule.subjects) == 0 with input as {"facts": {"kind": "Pod", "name": "p", "values": []}}
}

test_unknown_values if {
	count(rule.unknown) == 1 with input as {"facts": {"kind": "Secret", "name": "s", "values": []}, "object": {"data": {"a": "eA=="}}}
	count(rule.unknown) == 1 with input as {"facts": {"kind": "ConfigMap", "name": "s", "values": []}, "object": {"data": {"a": "Host=x;Password=hunter2", "b": "x"}}}
}
