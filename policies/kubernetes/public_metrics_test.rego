package policies.kubernetes.public_metrics_test

import data.policies.kubernetes.public_metrics as rule

ingress(path, notes) := {"facts": {"kind": "Ingress", "name": "web"}, "object": {
	"metadata": {"annotations": notes},
	"spec": {"rules": [{"http": {"paths": [{"path": path}]}}]},
}}

test_fires_on_public_metrics if {
	some r in rule.results with input as ingress("/metrics", {})
	r.path == ["spec", "rules", 0, "http", "paths", 0, "path"]
}

test_silent_on_others if {
	count(rule.results) == 0 with input as ingress("/", {})
	count(rule.results) == 0 with input as ingress("/metrics", {"nginx.ingress.kubernetes.io/auth-type": "basic"})
}
