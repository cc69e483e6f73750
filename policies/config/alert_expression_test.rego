package policies.config.alert_expression_test

import data.policies.config.alert_expression as rule

alerts(language) := {"facts": {"alerts": {"rules": [{"name": "A", "language": language, "problem": "1:3: no", "path": ["x"]}]}}}

test_fires if {
	some r in rule.results with input as alerts("unknown")
	r.message == "the expression of alert A is not valid: 1:3: no"
}

test_silent if {
	every language in ["promql", "logql", "template"] {
		count(rule.results) == 0 with input as alerts(language)
		count(rule.subjects) == 1 with input as alerts(language)
	}
}
