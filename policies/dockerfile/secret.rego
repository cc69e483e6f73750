# METADATA
# title: Secret is baked into the image
# description: >-
#   ENV, ARG and LABEL values and copied files stay in the image's layers and history, for everybody
#   who can pull it, even when a later instruction deletes them.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-5.13]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-798]
#   remediation: >-
#     Give the build a secret mount (RUN --mount=type=secret,id=...), and inject what the program
#     needs when it runs. Change the secret that was published.
#   bad: |
#     FROM registry.example.org/base:1.0
#     ENV API_KEY=3f9a1c77e0
#     USER 10001
#   good: |
#     FROM registry.example.org/base:1.0
#     RUN --mount=type=secret,id=api_key /build
#     USER 10001
package policies.dockerfile.secret

results contains result if {
	some stage in input.facts.stages
	some secret in stage.secrets
	result := {
		"message": sprintf("%s puts the secret %s into the image", [secret.from, secret.key]),
		"path": secret.path,
	}
}
