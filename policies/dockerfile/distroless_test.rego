package policies.dockerfile.distroless_test

import data.policies.dockerfile.distroless as rule

file(backend, minimal) := {"name": "Dockerfile", "facts": {"stages": [{"name": "0", "from": "x", "final": true, "backend": backend, "minimal": minimal}]}}

test_fires_on_full_base if {
	some r in rule.results with input as file(true, false)
	r.path == ["stages", 0]
	count(rule.results) == 1 with input as object.union(file(false, false), {"name": "backend/Dockerfile"})
}

test_silent_on_minimal_base if {
	count(rule.results) == 0 with input as file(true, true)
	count(rule.subjects) == 0 with input as file(false, false)
}
