# METADATA
# title: Nothing has the cluster verify signatures
# description: >-
#   Signatures protect a cluster only when it refuses images without one. Something outside the
#   repository may do so; this rule asks that the repository shows it.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-1.08]
#   profiles: [strict]
#   tags: [CWE-345]
#   remediation: >-
#     Add a Kyverno policy with verifyImages (or an ImageValidatingPolicy) that enforces, a
#     ClusterImagePolicy of sigstore's policy-controller, or Connaisseur.
#   bad: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
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
#     spec:
#       template:
#         spec:
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#     ---
#     apiVersion: policy.sigstore.dev/v1beta1
#     kind: ClusterImagePolicy
#     metadata:
#       name: signed
#     spec:
#       images: [{glob: "registry.example.org/**"}]
#       authorities: [{keyless: {url: "https://fulcio.example.org"}}]
package policies.kubernetes.signature_admission

subjects contains input.facts.name if {
	input.complete
	input.facts.cluster.speaks
}

results contains result if {
	count(subjects) > 0
	not input.facts.cluster.verifies
	result := {
		"message": "no admission policy of the repository refuses images without a valid signature",
		"path": ["repository"],
		"subject": "repository",
	}
}
