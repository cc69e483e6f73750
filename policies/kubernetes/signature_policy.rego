# METADATA
# title: Unsigned images are admitted all the same
# description: >-
#   A policy that verifies signatures but only reports, gives way when its webhook fails, or lets
#   what it does not know pass, stops nobody.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-1.08]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-345]
#   remediation: >-
#     Let the policy refuse (Enforce, Deny), let its webhook fail closed (failurePolicy Fail), and
#     refuse images that no policy knows.
#   bad: |
#     apiVersion: kyverno.io/v1
#     kind: ClusterPolicy
#     metadata:
#       name: signed
#     spec:
#       validationFailureAction: Audit
#       rules:
#         - name: signed
#           match: {any: [{resources: {kinds: [Pod]}}]}
#           verifyImages:
#             - imageReferences: ["registry.example.org/*"]
#   good: |
#     apiVersion: kyverno.io/v1
#     kind: ClusterPolicy
#     metadata:
#       name: signed
#     spec:
#       validationFailureAction: Enforce
#       rules:
#         - name: signed
#           match: {any: [{resources: {kinds: [Pod]}}]}
#           verifyImages:
#             - imageReferences: ["registry.example.org/*"]
package policies.kubernetes.signature_policy

subjects contains input.facts.name if input.facts.admission != null

results contains result if {
	some weak in input.facts.admission.weak
	result := {
		"message": sprintf("%s %s %s", [input.facts.kind, input.facts.name, effect[weak.what]]),
		"path": weak.path,
		"identity": [weak.what],
	}
}

effect := {
	"audit": "only reports images without a valid signature",
	"ignore": "admits every image while its webhook does not answer",
	"no-match": "admits images that no policy knows",
	"off": "is switched off for admission",
	"optional": "does not demand that its images are verified",
	"pass": "accepts images without looking at a signature",
}
