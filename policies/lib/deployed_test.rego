package policies.lib.deployed_test

import data.policies.lib.deployed

deployment := {
	"files": {"prometheus.yml": {"content": {"rule_files": ["/etc/prometheus/*.rules.yml"]}}},
	"facts": {
		"readers": {"prometheus.yml": "prometheus", "a.rules.yml": "prometheus", "b.yml": "prometheus", "dir": "prometheus"},
		"metrics": {"servers": [{"path": ["files", "prometheus.yml", "content"]}]},
	},
}

test_read if {
	deployed.read(["files", "b.yml", "x"]) with input as deployment
	deployed.read(["files", "dir/b.yml", "x"]) with input as deployment
	not deployed.read(["files", "c.yml"]) with input as deployment
	not deployed.read(["documents", 0]) with input as deployment
	deployed.unread("s", ["files", "c.yml"]).subject == "s" with input as deployment
}

test_loads if {
	deployed.loads(["files", "a.rules.yml"]) with input as deployment
	not deployed.loads(["files", "b.yml"]) with input as deployment
	not deployed.loads(["files", "c.rules.yml"]) with input as deployment
}
