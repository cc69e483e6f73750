# METADATA
# title: Label claims a verified signature that nothing verifies
# description: >-
#   Anybody who may write the manifest may write the label. It says something only where the cluster
#   itself refuses images without a valid signature.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-3.69]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-345]
#   remediation: >-
#     Add an admission policy that verifies signatures and enforces, or remove the label.
#   bad: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       template:
#         metadata:
#           labels: {app: backend, CosignVerified: "true"}
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
#           labels: {app: backend, CosignVerified: "true"}
#         spec:
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#     ---
#     apiVersion: policies.kyverno.io/v1alpha1
#     kind: ImageValidatingPolicy
#     metadata:
#       name: signed
#     spec:
#       validationActions: [Deny]
package policies.kubernetes.signature_label

subjects contains input.facts.name if {
	input.complete
	input.facts.workload.signed != null
}

# That a policy enforces something does not say that it means this image.
unknown contains {"subject": input.facts.name, "reason": "whether the policy matches its images is not seen", "path": input.facts.workload.signed} if {
	count(subjects) > 0
	input.facts.cluster.verifies
}

results contains result if {
	count(subjects) > 0
	not input.facts.cluster.verifies
	result := {
		"message": sprintf("the label %s of %s is decorative: no policy verifies signatures", [
			label, input.facts.name,
		]),
		"path": input.facts.workload.signed,
	}
}

label := input.facts.workload.signed[count(input.facts.workload.signed) - 1]
