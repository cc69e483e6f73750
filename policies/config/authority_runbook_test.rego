package policies.config.authority_runbook_test

import data.policies.config.authority_runbook as rule

repository(files) := {"complete": true, "files": files, "facts": {"anchor": ["files"], "derived": {"concelier": [{"path": ["c"]}]}}}

test_fires_without_runbook if {
	some r in rule.results with input as repository({})
	r.path == ["files"]
}

test_silent_with_runbook if {
	count(rule.results) == 0 with input as repository({"docs/authority-audit-runbook.md": {"family": "document"}})
}
