package policies.kubernetes.ingress_methods_test

import data.policies.kubernetes.ingress_methods as rule

ingress(parts) := {"facts": {"kind": "Ingress", "name": "web"}, "object": object.union({"metadata": {"name": "web"}, "spec": {"rules": [{"host": "a.example.org"}]}}, parts)}

test_fires_on_trace if {
	some r in rule.results with input as ingress({"metadata": {"annotations": {"x/cors-allow-methods": "GET, TRACE"}}})
	r.path == ["metadata", "annotations", "x/cors-allow-methods"]
}

test_silent_on_others if {
	count(rule.results) == 0 with input as ingress({"metadata": {"annotations": {"x/cors-allow-methods": "GET, POST"}}})
	count(rule.results) == 0 with input as ingress({"metadata": {"annotations": {"x/configuration-snippet": "if ($request_method = TRACE) { return 405; }"}}})
	count(rule.subjects) == 1 with input as ingress({})
}
