package policies.kubernetes.rate_limit_test

import data.policies.kubernetes.rate_limit as rule

ingress(notes) := {"facts": {"kind": "Ingress", "name": "web"}, "object": {"metadata": {"annotations": notes}, "spec": {"ingressClassName": "nginx"}}}

test_fires_on_missing_or_high_limit if {
	count(rule.results) == 1 with input as ingress({})
	some r in rule.results with input as ingress({"nginx.ingress.kubernetes.io/limit-rps": "400"})
	r.path == ["metadata", "annotations", "nginx.ingress.kubernetes.io/limit-rps"]
}

test_silent_within_limit if {
	count(rule.results) == 0 with input as ingress({"nginx.ingress.kubernetes.io/limit-rps": "40"})
	count(rule.results) == 0 with input as ingress({"nginx.ingress.kubernetes.io/limit-rpm": "2400"})
	count(rule.subjects) == 0 with input as {"facts": {"kind": "Ingress", "name": "web"}, "object": {"metadata": {}, "spec": {"ingressClassName": "traefik"}}}
}
