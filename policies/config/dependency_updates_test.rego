package policies.config.dependency_updates_test

import data.policies.config.dependency_updates as rule

repository(files) := {"complete": true, "files": files, "facts": {
	"anchor": ["files"],
	"ecosystems": [{"name": "gomod", "others": [], "files": [{"file": "go.mod", "directory": "/"}]}],
}}

dependabot(name) := {".github/dependabot.yml": {"family": "dependabot", "content": {"updates": [{"package-ecosystem": name, "directory": "/"}]}}}

test_fires_without_updater if {
	some r in rule.results with input as repository({})
	r.path == ["files"]
	some s in rule.results with input as repository(dependabot("npm"))
	s.path == ["files", ".github/dependabot.yml", "content", "updates"]
}

test_silent_with_updater if {
	count(rule.results) == 0 with input as repository(dependabot("gomod"))
	count(rule.results) == 0 with input as repository({"renovate.json": {"family": "renovate", "content": {}}})
}
