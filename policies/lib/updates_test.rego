package policies.lib.updates_test

import data.policies.lib.updates

ecosystem(directory) := {"name": "npm", "others": ["bun"], "files": [{"file": "package.json", "directory": directory}]}

dependabot(update) := {"files": {".github/dependabot.yml": {"family": "dependabot", "content": {"updates": [update]}}}}

test_directories if {
	updates.covered(ecosystem("/")) with input as dependabot({"package-ecosystem": "npm", "directory": "/"})
	updates.covered(ecosystem("/ui")) with input as dependabot({"package-ecosystem": "bun", "directories": ["/ui/"]})
	updates.covered(ecosystem("/a/b")) with input as dependabot({"package-ecosystem": "npm", "directories": ["/**/*"]})
	not updates.covered(ecosystem("/ui")) with input as dependabot({"package-ecosystem": "npm", "directory": "/"})
}

test_renovate if {
	updates.covered(ecosystem("/")) with input as {"files": {"renovate.json": {"family": "renovate", "content": {}}}}
	not updates.present with input as {"files": {"renovate.json": {"family": "renovate", "content": {"enabled": false}}}}
}
