# METADATA
# title: Role grants more than it names
# description: >-
#   A wildcard grants every verb or resource of today and tomorrow, secrets included. The verbs
#   escalate, bind and impersonate, and tokens or the proxy of nodes, lead to every right of the
#   cluster.
# scope: package
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   severity: high
#   controls: [SHG-1.03]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-269]
#   remediation: >-
#     List the verbs, resources and API groups that the program needs; leave escalate, bind and
#     impersonate to the cluster's own controllers.
#   bad: |
#     apiVersion: rbac.authorization.k8s.io/v1
#     kind: Role
#     metadata:
#       name: backend
#     rules:
#       - apiGroups: [""]
#         resources: [secrets]
#         verbs: ["*"]
#   good: |
#     apiVersion: rbac.authorization.k8s.io/v1
#     kind: Role
#     metadata:
#       name: backend
#     rules:
#       - apiGroups: [""]
#         resources: [configmaps]
#         verbs: [get, list, watch]
package policies.kubernetes.rbac_wildcard

subjects contains input.facts.name if input.facts.kind in {"Role", "ClusterRole"}

# Rights that lead to more than they name, and that no rule judges yet.
unknown contains {"subject": input.facts.name, "reason": sprintf("it grants %s of %s", [verb, resource]), "path": ["rules", i, "resources", j]} if {
	count(subjects) > 0
	some i, grant in input.object.rules
	some j, resource in grant.resources
	some verb in grant.verbs
	some [resources, verbs] in leading
	is_string(resource)
	regex.match(resources, resource)
	verb in verbs
}

changes := {"approve", "create", "delete", "deletecollection", "patch", "sign", "update"}

leading := [
	[`^secrets$`, (changes | {"get", "list", "watch"})],
	[`^pods/(attach|ephemeralcontainers|exec|portforward)$`, (changes | {"get"})],
	[`^(pods|deployments|daemonsets|statefulsets|replicasets|replicationcontrollers|jobs|cronjobs)$`, {"create", "patch", "update"}],
	[`^((cluster)?role(binding)?s|nodes|namespaces|persistentvolumes|networkpolicies|services/status)$`, changes],
	[`^(mutating|validating)(webhookconfigurations|admissionpolic(ies|ybindings))$|^(apiservices|customresourcedefinitions)$`, changes],
	[`^certificatesigningrequests/(approval|status)$|^signers$`, changes],
]

# Other roles are added to an aggregated one.
unknown contains {"subject": input.facts.name, "reason": "it is put together from other roles", "path": ["aggregationRule"]} if {
	count(subjects) > 0
	input.object.aggregationRule
}

results contains result if {
	count(subjects) > 0
	some i, grant in input.object.rules
	some key in ["apiGroups", "nonResourceURLs", "resources", "verbs"]
	some j, word in grant[key]
	word == "*"
	result := {
		"message": sprintf("%s grants every one of %s", [name, key]),
		"path": ["rules", i, key, j],
		"severity": severity(key),
		"reach": reach(grant, list(grant, "verbs", []), list(grant, "resources", [])),
	}
}

results contains result if {
	count(subjects) > 0
	some i, grant in input.object.rules
	some j, verb in grant.verbs
	verb in {"bind", "escalate", "impersonate"}
	result := {
		"message": sprintf("%s grants %s, with which its holder gets any other right", [name, verb]),
		"path": ["rules", i, "verbs", j],
		"reach": reach(grant, [verb], list(grant, "resources", [])),
	}
}

results contains result if {
	count(subjects) > 0
	some i, grant in input.object.rules
	some j, resource in grant.resources
	resource in {"nodes/proxy", "serviceaccounts/token"}
	result := {
		"message": sprintf("%s reaches %s, with which its holder acts as others", [name, resource]),
		"path": ["rules", i, "resources", j],
		"reach": reach(grant, list(grant, "verbs", []), [resource]),
	}
}

name := sprintf("%s %s", [input.facts.kind, input.facts.name])

severity(key) := "medium" if key in {"apiGroups", "nonResourceURLs"}

severity(key) := "high" if key in {"resources", "verbs"}

# reach is what a rule grants, in rows; of a very long one nothing, so that it is all or new.
reach(grant, verbs, resources) := rows if {
	groups := list(grant, "apiGroups", [""])
	names := list(grant, "resourceNames", ["*"])
	((count(groups) * count(names)) * count(verbs)) * count(resources) <= 400
	rows := [[group, resource, verb, only] |
		some group in groups
		some resource in resources
		some verb in verbs
		some only in names
	]
} else := []

list(grant, key, none) := items if {
	items := grant[key]
	is_array(items)
	count(items) > 0
} else := none
