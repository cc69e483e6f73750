package policies.kubernetes.ingress_tls_test

import data.policies.kubernetes.ingress_tls as rule

ingress(parts) := {"facts": {"kind": "Ingress", "name": "web"}, "object": object.union({"metadata": {"name": "web"}, "spec": {"rules": [{"host": "a.example.org"}]}}, parts)}

test_fires_without_tls if {
	some r in rule.results with input as ingress({})
	r.path == ["spec", "rules", 0, "host"]
	count(rule.results) == 1 with input as ingress({"spec": {"tls": [{"hosts": ["b.example.org"]}], "rules": [{"host": "a.example.org"}]}})
}

test_silent_with_tls if {
	count(rule.results) == 0 with input as ingress({"spec": {"tls": [{"hosts": ["a.example.org"]}], "rules": [{"host": "a.example.org"}]}})
	count(rule.results) == 0 with input as ingress({"spec": {"tls": [{"hosts": ["*.example.org"]}], "rules": [{"host": "a.example.org"}]}})
	count(rule.subjects) == 0 with input as {"facts": {"kind": "Service", "name": "x"}, "object": {}}
}

test_fires_on_default_backend if {
	some r in rule.results with input as {"facts": {"kind": "Ingress", "name": "web"}, "object": {"spec": {"defaultBackend": {"service": {"name": "web"}}}}}
	r.path == ["spec", "defaultBackend"]
}

test_unknown_without_certificate if {
	count(rule.unknown) == 1 with input as {"facts": {"kind": "Ingress", "name": "web"}, "object": {"spec": {"tls": [{"hosts": ["a.example"]}, null]}}}
}
