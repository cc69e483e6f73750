# METADATA
# title: Disruption budget never lets a pod go
# description: >-
#   A budget that demands as many pods as there are, or two budgets for the same pods, refuses every
#   eviction: nodes cannot be drained, and updates of the cluster hang.
# scope: package
# related_resources:
#   - https://kubernetes.io/docs/tasks/run-application/configure-pdb/
# custom:
#   severity: medium
#   controls: [SHG-3.68]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Run one replica more than the budget demands (in the workload, or as minReplicas of its
#     autoscaler), and let one budget only select a pod.
#   bad: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       replicas: 1
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
#     apiVersion: autoscaling/v2
#     kind: HorizontalPodAutoscaler
#     metadata:
#       name: backend
#     spec:
#       minReplicas: 2
#       maxReplicas: 5
#       scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: backend}
#     ---
#     apiVersion: policy/v1
#     kind: PodDisruptionBudget
#     metadata:
#       name: backend
#     spec:
#       minAvailable: 1
#       selector: {matchLabels: {app: backend}}
package policies.kubernetes.disruption_budget_blocks

subjects contains input.facts.name if {
	input.facts.budget != null
	count(input.facts.related.workloads) > 0
}

subjects contains input.facts.name if input.facts.budget.blocks

subjects contains input.facts.name if count(budgets) > 0

budgets := {budget.name | some budget in input.facts.related.budgets}

results contains result if {
	input.facts.budget.blocks
	result := {
		"message": sprintf("PodDisruptionBudget %s (%s) never lets a pod go%s", [
			input.facts.name, input.facts.budget.written, pods,
		]),
		"path": input.facts.budget.path,
		"identity": ["blocks"],
	}
}

results contains result if {
	count(budgets) > 1
	result := {
		"message": sprintf("%s %s is selected by more than one PodDisruptionBudget (%s): its pods cannot be evicted", [
			input.facts.kind, input.facts.name, concat(", ", budgets),
		]),
		"path": ["metadata", "name"],
		"identity": ["several"],
	}
}

pods := sprintf(": its workloads keep %d", [input.facts.budget.pods]) if input.facts.budget.pods > 0

pods := "" if input.facts.budget.pods == 0
