package policies.lib.alerts_test

import data.policies.lib.alerts

facts(rules) := {"complete": true, "facts": {"alerts": {"anchor": ["files"], "rules": rules}}}

rule(language, metrics) := {"language": language, "comparisons": [{"metrics": metrics}]}

test_measuring if {
	count(alerts.measuring("^a_")) == 1 with input as facts([rule("promql", ["A_b"]), rule("promql", ["b_a_c"])])
}

test_whole if {
	alerts.whole with input as facts([rule("promql", [])])
	not alerts.whole with input as facts([rule("template", [])])
	not alerts.whole with input as object.union(facts([]), {"complete": false})
	not alerts.whole with input as {"complete": true, "facts": {"alerts": {"anchor": [], "rules": []}}}
}

test_subjects if {
	alerts.subjects(set()) == {"alert rules"} with input as facts([])
	alerts.subjects({1}) == {"alert rules"} with input as object.union(facts([]), {"complete": false})
	alerts.subjects(set()) == set() with input as object.union(facts([]), {"complete": false})
}
