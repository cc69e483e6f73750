# METADATA
# title: Released image has no list of its parts
# description: >-
#   Without an SBOM in SPDX form nobody can tell which releases a new weakness is in.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-6.05]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Let the build attach one (sbom: true), or make it with syft in SPDX form and attach it to
#     the release.
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
#             with: {push: true, sbom: true}
package policies.config.release_sbom

import data.policies.lib.workflows

subjects contains workflow.file if some workflow in workflows.publishers

results contains result if {
	some workflow in workflows.publishers
	not workflows.lists_parts(workflow)
	not workflow.unseen
	result := {
		"message": sprintf("%s publishes an image without an SBOM", [workflow.file]),
		"path": workflows.publication(workflow).path,
		"identity": ["publication"],
		"subject": workflow.file,
	}
}
