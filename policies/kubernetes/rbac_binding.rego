# METADATA
# title: Binding makes its holder master of the cluster
# description: >-
#   Whoever takes over a pod with the role cluster-admin owns the cluster. Rights of the
#   unauthenticated belong to everybody who reaches the API server.
# scope: package
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: high
#   controls: [SHG-1.03]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-269]
#   remediation: >-
#     Bind a role with the needed rights only, to the one service account that needs them.
#   bad: |
#     apiVersion: rbac.authorization.k8s.io/v1
#     kind: ClusterRoleBinding
#     metadata:
#       name: backend
#     roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
#     subjects:
#       - {kind: ServiceAccount, name: backend, namespace: stella}
#   good: |
#     apiVersion: rbac.authorization.k8s.io/v1
#     kind: RoleBinding
#     metadata:
#       name: backend
#     roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: backend}
#     subjects:
#       - {kind: ServiceAccount, name: backend, namespace: stella}
package policies.kubernetes.rbac_binding

subjects contains input.facts.name if input.facts.kind in {"RoleBinding", "ClusterRoleBinding"}

# A role that is not judged here may hold anything; view and the discovery of the API are known.
unknown contains {"subject": input.facts.name, "reason": sprintf("what %s allows is not judged", [role.name]), "path": ["roleRef", "name"]} if {
	count(subjects) > 0
	role := input.object.roleRef
	not role.name in {"system:basic-user", "system:discovery", "system:public-info-viewer", "view"}
	not own(role)
}

own(role) if {
	input.complete
	role.name in object.get(input.facts.cluster, "roles", [])
}

unknown contains {"subject": input.facts.name, "reason": sprintf("%s is a group of many", [subject.name]), "path": ["subjects", i, "name"]} if {
	count(subjects) > 0
	some i, subject in input.object.subjects
	is_string(subject.name)
	regex.match(`^system:(authenticated|masters|serviceaccounts(:.*)?)$|^default$`, subject.name)
}

results contains result if {
	count(subjects) > 0
	input.object.roleRef.name == "cluster-admin"
	some holder in holders
	result := {
		"message": sprintf("%s %s hands out cluster-admin%s", [input.facts.kind, input.facts.name, holder.shown]),
		"path": ["roleRef", "name"],
		"identity": ["cluster-admin", holder.shown],
	}
}

# holders are those who get the role; a binding without any waits for one.
holders contains {"shown": sprintf(" to %v %v", [subject.kind, concat("/", [part |
	some key in ["namespace", "name"]
	part := object.get(subject, key, "")
	is_string(part)
	part != ""
])])} if {
	some raw in input.object.subjects
	is_object(raw)
	subject := object.union({"kind": "subject"}, raw)
}

holders contains {"shown": ""} if count([1 | some raw in input.object.subjects; is_object(raw)]) == 0

results contains result if {
	count(subjects) > 0
	some i, subject in input.object.subjects
	subject.name in {"system:anonymous", "system:unauthenticated"}
	result := {
		"message": sprintf("%s %s gives rights to everybody (%s)", [input.facts.kind, input.facts.name, subject.name]),
		"path": ["subjects", i, "name"],
		"severity": "critical",
	}
}
