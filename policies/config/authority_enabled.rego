# METADATA
# title: Settings leave the authority integration off
# description: >-
#   Without the authority no caller of the job endpoints is authenticated. Settings that never
#   mention it leave it off.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-7.20]
#   profiles: [guide, strict]
#   remediation: >-
#     Set concelier.authority.enabled to true in the settings file or in the environment.
#   bad: |
#     -- concelier.yaml --
#     concelier:
#       authority:
#         enabled: false
#         clientId: concelier
#   good: |
#     -- concelier.yaml --
#     concelier:
#       authority:
#         enabled: true
#         clientId: concelier
package policies.config.authority_enabled

import data.policies.lib.authority
import data.policies.lib.settings

switches contains setting if {
	some setting in settings.authority
	setting.name == "concelier.authority.enabled"
	setting.known
}

subjects contains setting.path if some setting in switches

# Where nothing names the switch, the application as a whole was judged.
subjects contains "repository" if {
	input.complete
	count(input.facts.derived.concelier) > 0
	count(switches) == 0
}

unknown contains doubt if {
	some doubt in settings.doubts
	doubt.subject in subjects
}

results contains result if {
	some setting in switches
	not authority.is_true(setting.value)
	result := {
		"message": sprintf("%s turns the authority off (%s)", [settings.place(setting), setting.name]),
		"path": setting.path,
		"subject": setting.service,
		"fix": {"op": "set", "path": setting.path, "value": on(setting.value)},
	}
}

results contains result if {
	"repository" in subjects
	not mentioned
	result := {
		"message": sprintf("%s runs without the authority: concelier.authority.enabled is set nowhere", [input.facts.derived.concelier[0].name]),
		"path": input.facts.anchor,
	}
}

mentioned if {
	some setting in input.facts.settings
	setting.name == "concelier.authority.enabled"
}

on(value) if is_boolean(value)

on(value) := "true" if not is_boolean(value)
