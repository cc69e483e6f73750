package policies.kubernetes.signing_key_test

import data.policies.kubernetes.signing_key as rule

container(target, sort, read_only) := {"facts": {"containers": [{"name": "b", "mounts": [{
	"target": target, "sort": sort, "read_only": read_only,
	"path": ["m"],
}]}]}}

test_fires_when_writable if {
	some r in rule.results with input as container("/keys", "persistentVolumeClaim", false)
	r.path == ["m"]
}

test_fires_on_config_map if count(rule.results) == 1 with input as container("/keys/jwt.pem", "configMap", true)

test_silent_when_read_only if {
	count(rule.results) == 0 with input as container("/keys/jwt.pem", "secret", true)
	count(rule.subjects) == 0 with input as container("/data", "emptyDir", false)
}
