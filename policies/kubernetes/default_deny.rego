# METADATA
# title: Namespace does not deny traffic by default
# description: >-
#   A pod that no NetworkPolicy selects may connect and be connected to freely. A policy for every pod
#   that allows nothing makes each connection a decision.
# scope: package
# related_resources:
#   - https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies
# custom:
#   severity: medium
#   controls: [SHG-3.61]
#   profiles: [strict]
#   tags: [CWE-923]
#   remediation: >-
#     Add a NetworkPolicy to the namespace with podSelector {}, policyTypes [Ingress, Egress] and no
#     rules, then one policy for each connection that is needed.
#   bad: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#       namespace: stella
#     spec:
#       template:
#         spec:
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#   good: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#       namespace: stella
#     spec:
#       template:
#         spec:
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#     ---
#     apiVersion: networking.k8s.io/v1
#     kind: NetworkPolicy
#     metadata:
#       name: default-deny
#       namespace: stella
#     spec:
#       podSelector: {}
#       policyTypes: [Ingress, Egress]
package policies.kubernetes.default_deny

subjects contains input.facts.name if {
	input.complete
	input.facts.space.speaks
	input.facts.space.workloads > 0
	not input.facts.cluster.foreign_policies
}

unknown contains {"subject": input.facts.name, "reason": "a network plug-in's own policies are not read", "path": ["metadata", "name"]} if {
	input.facts.space.speaks
	input.facts.space.workloads > 0
	input.facts.cluster.foreign_policies
}

open contains "into its pods" if not input.facts.space.denies_ingress

open contains "out of its pods" if not input.facts.space.denies_egress

results contains result if {
	count(subjects) > 0
	count(open) > 0
	result := {
		"message": sprintf("namespace %s denies no traffic %s by default", [namespace, concat(" or ", open)]),
		"path": ["metadata", "name"],
		"subject": sprintf("Namespace/%s", [namespace]),
		"identity": ["traffic"],
		"degree": count(open),
		"whole": true,
	}
}

namespace := input.facts.name if input.facts.kind == "Namespace"

namespace := input.facts.namespace if input.facts.kind != "Namespace"
