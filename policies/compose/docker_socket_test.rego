package policies.compose.docker_socket_test

import data.policies.compose.docker_socket as rule

mounted(socket) := {
	"services": {"web": {}},
	"facts": {
		"services": {"web": {"mounts": [{
			"source": "/run/docker.sock", "socket": socket,
			"path": ["services", "web", "volumes", 0],
		}]}},
		"volumes": [],
	},
}

test_fires_on_mount if {
	some r in rule.results with input as mounted(true)
	r.path == ["services", "web", "volumes", 0]
}

test_fires_on_api_socket if {
	count(rule.results) == 1 with input as {"services": {"web": {"use_api_socket": true}}}
}

test_fires_on_volume if {
	count(rule.results) == 1 with input as {"facts": {"volumes": [{
		"source": "/run/docker.sock", "socket": true,
		"path": ["volumes", "s", "driver_opts", "device"],
	}]}}
}

test_silent_without_socket if {
	count(rule.results) == 0 with input as mounted(false)
}

test_unknown_by_variable if {
	some doubt in rule.unknown with input as {"variables": [{
		"name": "X", "set": false, "default": null,
		"path": ["services", "web", "volumes"],
	}]}
	doubt.subject == "web"
}

test_unknown_with_engine_elsewhere if {
	count(rule.unknown) == 1 with input as {"services": {"web": {"environment": {"DOCKER_HOST": "tcp://dind:2375"}}}}
	count(rule.unknown) == 0 with input as {"services": {"web": {"environment": {"HOST": "tcp://dind:2375"}}}}
}
