# METADATA
# title: Check of plug-in signatures is changed
# description: >-
#   Security.DisablePluginUnsigned decides whether unsigned plug-ins are loaded. Its name is a
#   double negative and the guide describes the default alone; any other value deserves a second
#   look.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-6.10]
#   profiles: [guide, strict]
#   tags: [CWE-347]
#   remediation: >-
#     Remove Security.DisablePluginUnsigned so that the default holds, and sign the plug-ins
#     instead.
#   bad: |
#     -- appsettings.json --
#     {"Security": {"DisablePluginUnsigned": true}, "ScannerPool": {"Workers": 4}}
#   good: |
#     -- appsettings.json --
#     {"Security": {"DisablePluginUnsigned": false}, "ScannerPool": {"Workers": 4}}
package policies.config.plugin_signature_check

import data.policies.lib.authority
import data.policies.lib.settings

switches contains setting if {
	some setting in settings.live
	setting.name == "security.disablepluginunsigned"
}

subjects contains setting.path if some setting in switches

unknown contains doubt if {
	some doubt in settings.doubts
	doubt.subject in subjects
}

results contains result if {
	some setting in switches
	authority.is_true(setting.value)
	result := {
		"message": "Security.DisablePluginUnsigned is not at its default, so unsigned plug-ins may be loaded",
		"path": setting.path,
		"subject": setting.service,
	}
}
