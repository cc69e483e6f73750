package policies.kubernetes.client_token_test

import data.policies.kubernetes.client_token as rule

container(mounts, env) := {"facts": {"containers": [{"name": "b", "mounts": mounts, "env": env}]}}

mount(sort, target, read_only) := {"sort": sort, "target": target, "read_only": read_only, "path": ["m"]}

test_fires_on_other_volumes if {
	every sort in ["persistentVolumeClaim", "hostPath", "configMap"] {
		some r in rule.results with input as container([mount(sort, "/var/lib/stella/tokens", true)], [])
		r.path == ["m"]
	}
}

test_fires_on_environment if {
	count(rule.results) == 1 with input as container([], [{"name": "CLIENT_JWT", "path": ["e"]}])
}

test_silent_on_secret if {
	count(rule.results) == 0 with input as container([mount("secret", "/var/lib/stella/tokens", true)], [])
	count(rule.results) == 0 with input as container([mount("hostPath", "/x/client.jwt", true)], [])
	count(rule.results) == 0 with input as container([], [{"name": "CLIENT_JWT_FILE", "path": ["e"]}])
	count(rule.subjects) == 0 with input as container([mount("emptyDir", "/tmp", false)], [{"name": "PORT", "path": ["e"]}])
}
