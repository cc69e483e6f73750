package policies.lib.prose_test

import data.policies.lib.prose

files := {"files": {
	"docs/ops.md": {"family": "document", "content": {"lines": ["# Runbook", "call us"], "headings": [{"text": "Runbook"}]}},
	"a.yaml": {"family": "settings", "content": {"lines": ["runbook"]}},
}}

test_named_by_heading if {
	prose.named("runbook") == {"docs/ops.md"} with input as files
	prose.saying("runbook", "call") == {"docs/ops.md"} with input as files
	prose.saying("runbook", "mail") == set() with input as files
}

test_place if {
	prose.place("runbook") == ["files", "docs/ops.md", "content", "lines", 0] with input as files
	prose.place("runbook") == ["files"] with input as object.union(files, {"facts": {"anchor": ["files"]}, "files": {"z.md": {
		"family": "document",
		"content": {"lines": ["# Runbook"], "headings": [{"text": "Runbook"}]},
	}}})
	prose.place("other") == ["documents", 0] with input as object.union(files, {"facts": {"anchor": ["documents", 0]}})
}
