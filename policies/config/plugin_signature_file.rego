# METADATA
# title: Plug-in has no signature
# description: >-
#   The backend loads a plug-in with its own rights. A plug-in without a signature beside it can
#   be replaced without anybody noticing.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-6.08, SHG-1.04]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Sign the plug-in with cosign sign-blob and commit the signature beside it under the same
#     name and .sig.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- plugins/Report.dll --
#     MZ
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- plugins/Report.dll --
#     MZ
#     -- plugins/Report.dll.sig --
#     c2ln
package policies.config.plugin_signature_file

subjects contains plugin.file if some plugin in input.facts.plugins

results contains result if {
	some plugin in input.facts.plugins
	not plugin.signed
	result := {
		"message": sprintf("%s has no signature beside it", [plugin.file]),
		"path": plugin.path,
		"identity": ["signature"],
		"subject": plugin.file,
	}
}
