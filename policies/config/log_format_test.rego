package policies.config.log_format_test

import data.policies.config.log_format as rule

repository(sinks, settings) := {"facts": {"settings": settings, "derived": {"sinks": sinks}}}

sink(formatter) := {"name": "console", "formatter": formatter, "path": ["files", "appsettings.json"]}

console(value) := {
	"name": "logging.console.formattername", "value": value, "known": true, "from": "file", "service": "",
	"overridden": false, "path": ["files", "appsettings.json", "x"],
}

test_fires_on_text if {
	some r in rule.results with input as repository([sink("")], [])
	r.path == ["files", "appsettings.json"]
	some s in rule.results with input as repository([], [console("simple")])
	s.path == ["files", "appsettings.json", "x"]
}

test_silent_on_json if {
	count(rule.results) == 0 with input as repository([sink("A.RenderedCompactJsonFormatter")], [console("Json")])
	count(rule.results) == 0 with input as repository([sink("Serilog.Templates.ExpressionTemplate")], [])
}

test_silent_without_sinks if {
	count(rule.subjects) == 0 with input as repository([], [])
}
