package policies.kubernetes.rbac_binding_test

import data.policies.kubernetes.rbac_binding as rule

binding(role, subject) := {
	"object": {"roleRef": {"name": role}, "subjects": [{"name": subject}]},
	"facts": {"kind": "ClusterRoleBinding", "name": "b"},
}

test_fires_on_master if {
	some r in rule.results with input as binding("cluster-admin", "x")
	r.path == ["roleRef", "name"]
}

test_fires_on_everybody if {
	some r in rule.results with input as binding("view", "system:anonymous")
	r.severity == "critical"
}

test_silent_otherwise if {
	count(rule.results) == 0 with input as binding("view", "x")
	count(rule.results) == 0 with input as {"object": {}, "facts": {"kind": "Pod", "name": "p"}}
}

test_unknown_role if {
	foreign := {"facts": {"kind": "RoleBinding", "name": "b", "cluster": {"roles": ["own"]}}, "complete": true, "object": {"roleRef": {"name": "edit"}}}
	count(rule.unknown) == 1 with input as foreign
	count(rule.unknown) == 0 with input as object.union(foreign, {"object": {"roleRef": {"name": "own"}}})
}
