# METADATA
# title: Backend may connect to everything
# description: >-
#   Without a NetworkPolicy that limits egress, an intruder in the backend reaches every pod of the
#   cluster and every address outside. The name servers have to stay reachable, else nothing is found
#   by name any more.
# scope: package
# related_resources:
#   - https://kubernetes.io/docs/concepts/services-networking/network-policies/
# custom:
#   severity: high
#   controls: [SHG-3.60]
#   profiles: [guide, strict]
#   tags: [CWE-923]
#   remediation: >-
#     Add a NetworkPolicy whose podSelector selects the backend, with policyTypes [Egress], one rule to
#     the store on its port, one to the name servers on port 53, and one for every other address that
#     the backend needs.
#   bad: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       template:
#         metadata:
#           labels: {app: backend}
#         spec:
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#   good: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       template:
#         metadata:
#           labels: {app: backend}
#         spec:
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#     ---
#     apiVersion: networking.k8s.io/v1
#     kind: NetworkPolicy
#     metadata:
#       name: backend
#     spec:
#       podSelector:
#         matchExpressions:
#           - {key: app, operator: In, values: [backend]}
#       policyTypes: [Egress]
#       egress:
#         - to: [{podSelector: {matchLabels: {app: valkey}}}]
#           ports: [{port: 6379}]
#         - ports: [{port: 53, protocol: UDP}]
package policies.kubernetes.network_policy

# A network plug-in's own policies are not read: then nothing is known.
subjects contains input.facts.name if {
	input.facts.workload.role == "backend"
	input.complete
	not input.facts.cluster.foreign_policies
}

unknown contains {"subject": input.facts.name, "reason": "a network plug-in's own policies are not read", "path": ["metadata", "name"]} if {
	input.facts.workload.role == "backend"
	input.facts.cluster.foreign_policies
}

policies := input.facts.related.policies

limiting contains policy if {
	some policy in policies
	policy.policy.egress
}

name := sprintf("%s %s", [input.facts.kind, input.facts.name])

results contains result if {
	count(subjects) > 0
	count(limiting) == 0
	result := {"message": message, "path": ["metadata", "name"]}
}

message := sprintf("no NetworkPolicy of namespace %s selects %s", [input.facts.namespace, name]) if count(policies) == 0

message := sprintf("no NetworkPolicy that selects %s limits its egress (%s)", [name, concat(", ", names)]) if {
	count(policies) > 0
	names := {policy.name | some policy in policies}
}

results contains result if {
	count(subjects) > 0
	count(silent) > 0
	count(silent) == count(limiting)
	some policy in silent
	policy.policy.allows_egress
	result := {
		"message": sprintf("%s cannot ask name servers: its NetworkPolicies let nothing out to port 53", [name]),
		"path": ["metadata", "name"],
		"identity": ["name servers"],
		"severity": "low",
	}
}

# silent are the policies that let no question to a name server out.
silent contains policy if {
	some policy in limiting
	not policy.policy.dns
}
