package policies.config.security_policy_test

import data.policies.config.security_policy as rule

repository(files) := {
	"complete": true,
	"files": files,
	"facts": {"deploys": true, "anchor": ["documents", 0]},
}

policy(lines) := {"SECURITY.md": {"family": "document", "content": {"lines": lines}}}

test_fires_without_policy if {
	some r in rule.results with input as repository({})
	r.path == ["documents", 0]
}

test_fires_without_channel if {
	some r in rule.results with input as repository(policy(["# Security", "We care."]))
	r.path == ["files", "SECURITY.md", "content", "lines", 0]
}

test_silent_with_address if {
	count(rule.results) == 0 with input as repository(policy(["Mail security@example.org"]))
	count(rule.results) == 0 with input as repository(policy(["Use https://example.org/report"]))
}

test_silent_on_single_files if {
	part := object.union(repository({}), {"complete": false})
	count(rule.results) == 0 with input as part
	count(rule.subjects) == 0 with input as part
}
