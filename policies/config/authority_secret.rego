# METADATA
# title: Settings hold the client secret themselves
# description: >-
#   A secret in a settings file is in every clone, image and backup of it; in an environment
#   variable it shows in inspections and child processes. A mounted file does neither.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-7.22]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-798]
#   remediation: >-
#     Set concelier.authority.clientSecretFile to the path of a mounted secret, remove
#     clientSecret, and change the secret that was exposed.
#   bad: |
#     -- concelier.yaml --
#     concelier:
#       authority:
#         enabled: true
#         clientSecret: hunter2-hunter2
#   good: |
#     -- concelier.yaml --
#     concelier:
#       authority:
#         enabled: true
#         clientSecretFile: /run/secrets/concelier_authority_client
package policies.config.authority_secret

import data.policies.lib.settings

subjects contains setting.path if {
	some setting in settings.authority
	setting.name in {"concelier.authority.clientsecret", "concelier.authority.clientsecretfile"}
}

unknown contains doubt if {
	some doubt in settings.doubts
	doubt.subject in subjects
}

results contains result if {
	some setting in settings.authority
	setting.name == "concelier.authority.clientsecret"
	not setting.value in {"", null}
	result := {
		"message": sprintf("%s holds the authority's client secret in clear text", [settings.place(setting)]),
		"path": setting.path,
		"identity": [setting.name],
		"subject": setting.service,
	}
}
