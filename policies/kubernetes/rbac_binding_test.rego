package policies.kubernetes.rbac_binding_test

import data.policies.kubernetes.rbac_binding as rule

binding(role, subject) := {
	"object": {"roleRef": {"name": role}, "subjects": [{"name": subject}]},
	"facts": {"kind": "ClusterRoleBinding", "name": "b"},
}

test_fires_on_master if {
	some r in rule.results with input as binding("cluster-admin", "x")
	r.path == ["roleRef", "name"]
	count(rule.results) == 1 with input as {"object": {"roleRef": {"name": "cluster-admin"}}, "facts": {"kind": "ClusterRoleBinding", "name": "b"}}
}

test_each_holder_counts if {
	two := {
		"object": {"roleRef": {"name": "cluster-admin"}, "subjects": [{"kind": "User", "name": "x"}, {"kind": "ServiceAccount", "namespace": "n", "name": "y"}]},
		"facts": {"kind": "ClusterRoleBinding", "name": "b"},
	}
	{r.identity[1] | some r in rule.results} == {" to User x", " to ServiceAccount n/y"} with input as two
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
