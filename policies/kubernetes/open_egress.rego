# METADATA
# title: NetworkPolicy lets everything out
# description: >-
#   A rule without addresses allows every address, whatever the policy's other rules say. With a port
#   and nothing else it still lets data leave to anywhere.
# scope: package
# related_resources:
#   - https://kubernetes.io/docs/concepts/services-networking/network-policies/
# custom:
#   severity: high
#   controls: [SHG-3.60]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-923]
#   remediation: >-
#     Name in every egress rule where to (podSelector, namespaceSelector or ipBlock) and which port.
#     Only the rule for the name servers may leave the addresses open.
#   bad: |
#     apiVersion: networking.k8s.io/v1
#     kind: NetworkPolicy
#     metadata:
#       name: backend
#     spec:
#       podSelector: {matchLabels: {app: backend}}
#       policyTypes: [Egress]
#       egress:
#         - {}
#   good: |
#     apiVersion: networking.k8s.io/v1
#     kind: NetworkPolicy
#     metadata:
#       name: backend
#     spec:
#       podSelector: {matchLabels: {app: backend}}
#       policyTypes: [Egress]
#       egress:
#         - to: [{podSelector: {matchLabels: {app: valkey}}}]
#           ports: [{port: 6379}]
#         - to: [{ipBlock: {cidr: 0.0.0.0/0}}]
#           ports: [{port: 443}]
#         - ports: [{port: 53, protocol: UDP}]
package policies.kubernetes.open_egress

# A policy that selects nothing limits nothing.
subjects contains input.facts.name if {
	input.facts.policy.egress
	count(input.facts.related.workloads) > 0
}

results contains result if {
	some rule in input.facts.policy.rules
	rule.any_port
	open(rule)
	result := {
		"message": sprintf("NetworkPolicy %s lets its pods connect to every address and port", [input.facts.name]),
		"path": rule.path,
	}
}

results contains result if {
	some rule in input.facts.policy.rules
	rule.anywhere
	not rule.any_port
	not rule.only_dns
	result := {
		"message": sprintf("NetworkPolicy %s names a port but no address: data may leave to anywhere", [input.facts.name]),
		"path": rule.path,
		"severity": "medium",
	}
}

open(rule) if rule.anywhere

open(rule) if rule.everywhere
