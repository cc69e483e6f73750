package policies.kubernetes.tls_version_test

import data.policies.kubernetes.tls_version as rule

option(version) := {"facts": {"kind": "TLSOption", "name": "o"}, "object": {"spec": {"minVersion": version}}}

protocols(text) := {"facts": {"kind": "ConfigMap", "name": "c"}, "object": {"data": {"ssl-protocols": text}}}

test_fires_on_old_versions if {
	some r in rule.results with input as option("VersionTLS11")
	r.path == ["spec", "minVersion"]
	count(rule.results) == 1 with input as protocols("TLSv1.1 TLSv1.2")
	{r.identity[0] | some r in rule.results} == {"SSLV3", "TLSV1"} with input as protocols("SSLv3 TLSv1 TLSv1.2")
}

test_silent_on_new_versions if {
	count(rule.results) == 0 with input as option("VersionTLS12")
	count(rule.results) == 0 with input as protocols("TLSv1.2 TLSv1.3")
	count(rule.subjects) == 1 with input as protocols("TLSv1.3")
}
