# METADATA
# title: Server accepts old versions of TLS
# description: >-
#   TLS 1.0 and 1.1 are broken and forbidden by RFC 8996.
# scope: package
# related_resources:
#   - https://www.rfc-editor.org/rfc/rfc8996
# custom:
#   severity: high
#   controls: [SHG-4.01]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-327]
#   remediation: >-
#     Allow TLS 1.2 and 1.3 only.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- appsettings.json --
#     {"Kestrel": {"EndpointDefaults": {"SslProtocols": ["Tls11", "Tls12"]}}}
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- appsettings.json --
#     {"Kestrel": {"EndpointDefaults": {"SslProtocols": ["Tls12", "Tls13"]}}}
package policies.config.tls_version

import data.policies.lib.settings

found contains setting if {
	some setting in settings.live
	regex.match(`(^|\.)sslprotocols(\.\d+)?$`, setting.name)
	setting.known
}

subjects contains setting.path if some setting in found

unknown contains doubt if {
	some doubt in settings.doubts
	doubt.subject in subjects
}

results contains result if {
	some setting in found
	value := lower(sprintf("%v", [setting.value]))
	some word in regex.split(`[\s,|]+`, value)
	word in {"ssl2", "ssl3", "tls", "tls10", "tls11"}
	result := {
		"message": sprintf("the server accepts %s", [word]),
		"path": setting.path,
		"identity": [setting.name, word],
	}
}
