# METADATA
# title: Ingress accepts old versions of TLS
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
#     apiVersion: traefik.io/v1alpha1
#     kind: TLSOption
#     metadata:
#       name: default
#     spec:
#       minVersion: VersionTLS10
#   good: |
#     apiVersion: traefik.io/v1alpha1
#     kind: TLSOption
#     metadata:
#       name: default
#     spec:
#       minVersion: VersionTLS12
package policies.kubernetes.tls_version

# settings are the places where ingress controllers are told the versions of TLS.
settings contains {"text": text, "path": ["spec", "minVersion"]} if {
	input.facts.kind == "TLSOption"
	text := input.object.spec.minVersion
}

settings contains {"text": text, "path": ["data", key]} if {
	input.facts.kind == "ConfigMap"
	some key in ["ssl-protocols", "ssl_protocols"]
	text := input.object.data[key]
}

settings contains {"text": text, "path": ["metadata", "annotations", key]} if {
	input.facts.kind == "Ingress"
	some key, text in input.object.metadata.annotations
	regex.match(`ssl-protocols|snippet|tls-minimum-version`, key)
	regex.match(`(?i)tls`, text)
}

subjects contains input.facts.name if count(settings) > 0

results contains result if {
	some setting in settings
	some old in regex.find_n(`(?i)\b(SSLv[23]|(Version)?TLS_?v?1([._]?\d)?)\b`, setting.text, -1)
	not regex.match(`(?i)1[._]?[23]$`, old)
	result := {
		"message": sprintf("%s %s accepts %s", [input.facts.kind, input.facts.name, old]),
		"path": setting.path,
		"identity": [upper(old)],
	}
}
