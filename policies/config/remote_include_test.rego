package policies.config.remote_include_test

import data.policies.config.remote_include as rule

found(remote) := {"facts": {"compose_files": {"c": true}, "problems": [{"file": "c", "message": "m", "remote": remote, "path": ["problems", 0]}]}}

test_fires_on_remote_file if {
	some r in rule.results with input as found(true)
	r.path == ["problems", 0]
}

test_silent_on_own_files if {
	count(rule.results) == 0 with input as found(false)
	count(rule.subjects) == 1 with input as found(false)
}
