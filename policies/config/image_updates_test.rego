package policies.config.image_updates_test

import data.policies.config.image_updates as rule

repository(files) := {"complete": true, "files": files, "facts": {
	"anchor": ["documents", 0],
	"ecosystems": [{"name": "docker", "others": [], "files": [{"file": "Dockerfile", "directory": "/"}]}],
}}

dependabot(name, interval) := {".github/dependabot.yml": {"family": "dependabot", "content": {"updates": [{
	"package-ecosystem": name, "directory": "/", "schedule": {"interval": interval},
}]}}}

test_fires_without_updater if {
	some r in rule.results with input as repository({})
	r.path == ["documents", 0]
	count(rule.results) == 1 with input as repository(dependabot("npm", "weekly"))
	count(rule.results) == 1 with input as repository(dependabot("docker", "yearly"))
}

test_silent_with_updater if {
	count(rule.results) == 0 with input as repository(dependabot("docker", "weekly"))
}
