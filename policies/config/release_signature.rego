# METADATA
# title: Released image is not signed
# description: >-
#   Without a signature nobody can tell your image from one that somebody else pushed with a
#   stolen password.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-1.07]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Sign the digest with cosign sign after the push, and attest the SBOM with cosign attest.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- .github/workflows/release.yml --
#     on:
#       push: {tags: ["v*"]}
#     jobs:
#       job:
#         runs-on: ubuntu-latest
#         steps:
#           - uses: docker/build-push-action@0123456789abcdef0123456789abcdef01234567
#             with: {push: true}
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- .github/workflows/release.yml --
#     on:
#       push: {tags: ["v*"]}
#     jobs:
#       job:
#         runs-on: ubuntu-latest
#         steps:
#           - uses: docker/build-push-action@0123456789abcdef0123456789abcdef01234567
#             with: {push: true}
#           - run: cosign sign --yes "$IMAGE@$DIGEST"
package policies.config.release_signature

import data.policies.lib.workflows

subjects contains workflow.file if some workflow in workflows.publishers

results contains result if {
	some workflow in workflows.publishers
	not workflows.signs(workflow)
	not workflow.unseen
	result := {
		"message": sprintf("%s publishes an image without a signature", [workflow.file]),
		"path": workflows.publication(workflow).path,
		"identity": ["publication"],
		"subject": workflow.file,
	}
}
