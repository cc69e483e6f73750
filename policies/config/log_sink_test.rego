package policies.config.log_sink_test

import data.policies.config.log_sink as rule

shipper(outputs) := {"complete": true, "facts": {"shipper": {"outputs": [{"name": name, "path": ["x", name]} | some name in outputs]}}}

test_fires if {
	some r in rule.results with input as shipper(["stdout"])
	r.path == ["x", "stdout"]
}

test_silent if {
	count(rule.results) == 0 with input as shipper(["stdout", "es"])
	count(rule.subjects) == 1 with input as shipper(["stdout", "es"])
}

test_silent_on_another_sink if {
	count(rule.results) == 0 with input as shipper(["stdout", "forward"])
	count(rule.subjects) == 0 with input as shipper(["forward"])
}
