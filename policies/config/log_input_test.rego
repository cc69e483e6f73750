package policies.config.log_input_test

import data.policies.config.log_input as rule

shipper(inputs) := {"complete": true, "facts": {"anchor": ["files"], "shipper": {
	"anchor": ["x"], "outputs": [{"name": "loki"}],
	"inputs": [{"name": name} | some name in inputs],
}}}

test_fires if {
	count(rule.results) == 1 with input as shipper(["cpu", "dummy"])
	count(rule.results) == 1 with input as shipper([])
}

test_silent if {
	count(rule.results) == 0 with input as shipper(["cpu", "tail"])
	count(rule.subjects) == 1 with input as shipper(["tail"])
}

test_silent_on_single_files if {
	count(rule.subjects) == 0 with input as object.union(shipper([]), {"complete": false})
}
