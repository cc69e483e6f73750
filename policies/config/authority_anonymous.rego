# METADATA
# title: Settings let anonymous callers in
# description: >-
#   While allowAnonymousFallback is on, whoever reaches the service triggers jobs without a
#   token. The guide allowed it for a migration that ended with 2025.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-7.21]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-306]
#   remediation: >-
#     Set concelier.authority.allowAnonymousFallback to false in the settings.
#   bad: |
#     -- concelier.yaml --
#     concelier:
#       authority:
#         enabled: true
#         allowAnonymousFallback: true
#   good: |
#     -- concelier.yaml --
#     concelier:
#       authority:
#         enabled: true
#         allowAnonymousFallback: false
package policies.config.authority_anonymous

import data.policies.lib.authority
import data.policies.lib.settings

# Without the setting the default holds, which depends on the release.
subjects contains setting.path if {
	some setting in settings.authority
	setting.name == "concelier.authority.allowanonymousfallback"
}

unknown contains doubt if {
	some doubt in settings.doubts
	doubt.subject in subjects
}

results contains result if {
	some setting in settings.authority
	setting.name == "concelier.authority.allowanonymousfallback"
	authority.is_true(setting.value)
	result := {
		"message": sprintf("%s lets anonymous callers trigger jobs", [settings.place(setting)]),
		"path": setting.path,
		"subject": setting.service,
		"severity": severity,
		"fix": {"op": "set", "path": setting.path, "value": off(setting.value)},
	}
}

# Until the migration ended it was only discouraged. Without a date it has ended.
severity := "medium" if data.now < "2025-12-31"

default severity := "critical"

off(value) := false if is_boolean(value)

off(value) := "false" if not is_boolean(value)
