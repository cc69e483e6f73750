# METADATA
# title: Store is reachable from outside the cluster
# description: >-
#   A LoadBalancer, a NodePort or an external address opens the store to networks that need nothing
#   from it.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-4.06]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-668]
#   remediation: >-
#     Set the Service's type to ClusterIP and remove externalIPs.
#   bad: |
#     apiVersion: v1
#     kind: Service
#     metadata:
#       name: valkey
#     spec:
#       type: LoadBalancer
#       ports:
#         - port: 6379
#   good: |
#     apiVersion: v1
#     kind: Service
#     metadata:
#       name: valkey
#     spec:
#       type: ClusterIP
#       ports:
#         - port: 6379
package policies.kubernetes.published_store

subjects contains input.facts.name if input.facts.store != ""

# Another object of the cluster may lead to it.
unknown contains {"subject": input.facts.name, "reason": "not all objects of the cluster are seen", "path": ["metadata", "name"]} if {
	count(subjects) > 0
	not input.complete
}

results contains result if {
	count(subjects) > 0
	input.object.spec.type in {"LoadBalancer", "NodePort"}
	result := {
		"message": sprintf("store %s is reachable from outside the cluster (%s)", [input.facts.name, input.object.spec.type]),
		"path": ["spec", "type"],
		"fix": {"op": "set", "path": ["spec", "type"], "value": "ClusterIP"},
	}
}

results contains result if {
	count(subjects) > 0
	some _ in input.object.spec.externalIPs
	result := {
		"message": sprintf("store %s is reachable at addresses outside the cluster", [input.facts.name]),
		"path": ["spec", "externalIPs"],
	}
}
