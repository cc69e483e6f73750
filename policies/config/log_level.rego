# METADATA
# title: Log level may write secrets
# description: >-
#   At trace and debug level libraries write headers, tokens and connection strings. In
#   production they belong to the log of nobody.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-7.24]
#   profiles: [guide, strict]
#   tags: [CWE-532]
#   remediation: >-
#     Set the default level to Information in what is deployed; keep Debug for
#     appsettings.Development.json.
#   bad: |
#     -- appsettings.json --
#     {"Logging": {"LogLevel": {"Default": "Trace"}}}
#   good: |
#     -- appsettings.json --
#     {"Logging": {"LogLevel": {"Default": "Information", "Microsoft": "Warning"}}}
#     -- appsettings.Development.json --
#     {"Logging": {"LogLevel": {"Default": "Debug"}}}
package policies.config.log_level

import data.policies.lib.settings

subjects contains logger.path if some logger in input.facts.derived.loggers

unknown contains doubt if {
	some doubt in settings.doubts
	doubt.subject in subjects
}

results contains result if {
	some logger in input.facts.derived.loggers
	talkative(logger)
	result := {
		"message": sprintf("log level of %s is %s, which may write secrets", [logger.category, logger.level]),
		"path": logger.path,
		"identity": [logger.category],
		"degree": {"debug": 1, "trace": 2}[logger.level],
	}
}

talkative(logger) if logger.level == "trace"

talkative(logger) if {
	logger.level == "debug"
	logger.category == "default"
}
