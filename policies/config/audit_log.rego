# METADATA
# title: Audit log is filtered out
# description: >-
#   Concelier.Authorization.Audit writes one event for each decision at information level. A
#   higher level for it, for the categories above it or for everything drops them all.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-7.25]
#   profiles: [guide, strict]
#   tags: [CWE-778]
#   remediation: >-
#     Set the level of Concelier.Authorization.Audit to Information.
#   bad: |
#     -- appsettings.json --
#     {"Logging": {"LogLevel": {"Default": "Information", "Concelier.Authorization.Audit": "None"}}}
#   good: |
#     -- appsettings.json --
#     {"Logging": {"LogLevel": {"Default": "Warning", "Concelier.Authorization.Audit": "Information"}}}
package policies.config.audit_log

import data.policies.lib.settings

subjects contains logger.path if some logger in input.facts.derived.audit_loggers

unknown contains doubt if {
	some doubt in settings.doubts
	doubt.subject in subjects
}

results contains result if {
	some logger in input.facts.derived.audit_loggers
	not logger.level in {"trace", "debug", "information"}
	result := {
		"message": sprintf("level %s of %s drops the events of Concelier.Authorization.Audit", [logger.level, logger.category]),
		"path": logger.path,
		"identity": [logger.category],
	}
}
