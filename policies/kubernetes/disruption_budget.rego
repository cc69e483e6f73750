# METADATA
# title: Nothing keeps a replica up while nodes are drained
# description: >-
#   Without a PodDisruptionBudget, or with one that allows all pods to go, maintenance of the nodes
#   may evict every replica at once.
# scope: package
# related_resources:
#   - https://kubernetes.io/docs/tasks/run-application/configure-pdb/
# custom:
#   severity: low
#   controls: [SHG-3.67]
#   profiles: [guide, strict]
#   remediation: >-
#     Run two replicas or more and add a PodDisruptionBudget with minAvailable 1 that selects them.
#   bad: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       replicas: 2
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
#       replicas: 2
#       template:
#         metadata:
#           labels: {app: backend}
#         spec:
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#     ---
#     apiVersion: policy/v1
#     kind: PodDisruptionBudget
#     metadata:
#       name: backend
#     spec:
#       minAvailable: 1
#       selector: {matchLabels: {app: backend}}
package policies.kubernetes.disruption_budget

subjects contains input.facts.name if {
	input.complete
	needs_budget
}

subjects contains input.facts.name if input.facts.budget != null

# A single replica needs no budget, but the backend has to be more than one.
needs_budget if {
	input.facts.workload.scales
	input.facts.workload.replicas > 1
}

needs_budget if {
	input.facts.workload.scales
	input.facts.workload.replicas > 0
	input.facts.workload.role == "backend"
}

results contains result if {
	input.complete
	needs_budget
	count(input.facts.related.budgets) == 0
	result := {
		"message": sprintf("no PodDisruptionBudget selects %s %s", [input.facts.kind, input.facts.name]),
		"path": ["metadata", "name"],
	}
}

results contains result if {
	input.facts.budget.void
	result := {
		"message": sprintf("PodDisruptionBudget %s lets all its pods be evicted at once", [input.facts.name]),
		"path": input.facts.budget.path,
	}
}
