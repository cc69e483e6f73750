package policies.compose.host_path_test

import data.policies.compose.host_path as rule

mounted(facts) := {"facts": {
	"services": {"web": {"mounts": [object.union(
		{
			"source": "/etc", "sensitive": false, "read_only": false, "propagation": "",
			"path": ["services", "web", "volumes", 0],
		},
		facts,
	)]}},
	"volumes": [],
}}

severities(facts) := found if {
	found := {r.severity | some r in rule.results} with input as mounted(facts)
}

test_fires_on_sensitive if {
	severities({"sensitive": true}) == {"high"}
	severities({"sensitive": true, "read_only": true}) == {"medium"}
}

test_fires_on_propagation if {
	some r in rule.results with input as mounted({"propagation": "rshared"})
	r.path == ["services", "web", "volumes", 0]
}

test_fires_on_volume if {
	count(rule.results) == 1 with input as {"facts": {"services": {}, "volumes": [{
		"source": "/etc", "sensitive": true, "read_only": false, "propagation": "",
		"path": ["volumes", "etc", "driver_opts", "device"],
	}]}}
}

test_silent_otherwise if {
	count(rule.results) == 0 with input as mounted({"propagation": "rprivate"})
}

test_unknown_by_variable if {
	some doubt in rule.unknown with input as {"variables": [{
		"name": "X", "set": false, "default": null,
		"path": ["services", "web", "volumes"],
	}]}
	doubt.subject == "web"
}

unknown(source) := count(found) if {
	found := rule.unknown with input as {"facts": {"services": {"web": {"mounts": [{
		"type": "bind", "source": source, "target": "/x", "sensitive": false, "socket": false,
		"path": ["services", "web", "volumes", 0],
	}]}}}}
}

test_unknown_host_path if {
	unknown("/opt/data") == 1
	unknown("/etc/localtime") == 0
	unknown("./data") == 0
}
