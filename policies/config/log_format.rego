# METADATA
# title: Log is not written as JSON
# description: >-
#   A collector turns text lines into events by guessing. Serilog writes JSON only with a JSON
#   formatter; its consoles and files are text otherwise.
# scope: package
# custom:
#   severity: low
#   controls: [SHG-7.01]
#   profiles: [guide, strict]
#   remediation: >-
#     Give the sink a formatter such as Serilog.Formatting.Compact.CompactJsonFormatter, and
#     drop outputTemplate.
#   bad: |
#     -- appsettings.json --
#     {"Serilog": {"WriteTo": [{"Name": "Console", "Args": {"outputTemplate": "{Timestamp} {Message}{NewLine}"}}]}}
#   good: |
#     -- appsettings.json --
#     {"Serilog": {"WriteTo": [{"Name": "Console", "Args": {
#       // one event a line
#       "formatter": "Serilog.Formatting.Compact.CompactJsonFormatter, Serilog.Formatting.Compact",
#     }}]}}
package policies.config.log_format

import data.policies.lib.settings

subjects contains sink.path if some sink in input.facts.derived.sinks

subjects contains setting.path if some setting in formatters

# formatters are the choice of .NET's own console.
formatters contains setting if {
	some setting in settings.live
	setting.name == "logging.console.formattername"
	setting.known
}

unknown contains doubt if {
	some doubt in settings.doubts
	doubt.subject in subjects
}

results contains result if {
	some sink in input.facts.derived.sinks
	not structured(sink.formatter)
	result := {
		"message": sprintf("Serilog's %s sink writes text, not JSON", [sink.name]),
		"path": sink.path,
		"identity": [sink.name],
	}
}

results contains result if {
	some setting in formatters
	not lower(setting.value) == "json"
	result := {
		"message": sprintf("the console log is formatted as %v, not json", [setting.value]),
		"path": setting.path,
		"identity": [setting.name],
		"subject": setting.service,
	}
}

structured(formatter) if contains(lower(formatter), "json")

# A template may well write JSON.
structured(formatter) if contains(lower(formatter), "expressiontemplate")
