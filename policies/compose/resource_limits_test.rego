package policies.compose.resource_limits_test

import data.policies.compose.resource_limits as rule

service(limits) := {"facts": {"services": {"web": {"limits": limits}}}}

test_fires_once_a_service if {
	some r in rule.results with input as service({"memory": true, "cpus": false, "pids": false})
	contains(r.message, "processors, processes")
	count(rule.results) == 1 with input as service({"memory": false, "cpus": false, "pids": false})
}

test_silent_with_limits if {
	count(rule.results) == 0 with input as service({"memory": true, "cpus": true, "pids": true})
}

test_unknown_by_variable if {
	some doubt in rule.unknown with input as {"variables": [{
		"name": "X", "set": false, "default": null,
		"path": ["services", "web", "mem_limit"],
	}]}
	doubt.subject == "web"
}
