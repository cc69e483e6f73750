# METADATA
# title: Client certificates are configured but not required
# description: >-
#   Mutual TLS is optional. Where it is configured and then not demanded, it looks like
#   protection and is none.
# scope: package
# custom:
#   severity: info
#   controls: [SHG-1.10]
#   profiles: [guide, strict]
#   remediation: >-
#     Set ClientCertificateMode to RequireCertificate, or auth-tls-verify-client to on; or
#     remove the configuration.
#   bad: |
#     -- appsettings.json --
#     {"Kestrel": {"EndpointDefaults": {"ClientCertificateMode": "AllowCertificate"}}}
#   good: |
#     -- appsettings.json --
#     {"Kestrel": {"EndpointDefaults": {"ClientCertificateMode": "RequireCertificate"}}}
package policies.config.client_certificate

import data.policies.lib.settings

subjects contains mode.path if some mode in input.facts.derived.client_certificates

unknown contains doubt if {
	some doubt in settings.doubts
	doubt.subject in subjects
}

results contains result if {
	some mode in input.facts.derived.client_certificates
	not mode.mode in {"requirecertificate", "on"}
	result := {
		"message": sprintf("client certificates are not required (%s)", [mode.mode]),
		"path": mode.path,
		"identity": ["mode"],
	}
}
