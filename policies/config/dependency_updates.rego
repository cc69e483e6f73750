# METADATA
# title: Nothing keeps dependencies new
# description: >-
#   Without an updater a dependency stays at the version of the day it was added, weaknesses
#   included.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-10.04]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Add .github/dependabot.yml with an entry for each kind of dependency in the repository, or a
#     configuration for Renovate.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- go.mod --
#     module example.org/web
#     -- .github/dependabot.yml --
#     version: 2
#     updates:
#       - package-ecosystem: npm
#         directory: /
#         schedule: {interval: weekly}
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- go.mod --
#     module example.org/web
#     -- .github/dependabot.yml --
#     version: 2
#     updates:
#       - package-ecosystem: gomod
#         directory: /
#         schedule: {interval: weekly}
package policies.config.dependency_updates

import data.policies.lib.updates

subjects contains ecosystem.name if {
	input.complete
	some ecosystem in input.facts.ecosystems
	not ecosystem.name in updates.images
}

# What the updater did is not in its configuration.
unknown contains {"subject": name, "reason": "whether the updater runs is not seen"} if some name in subjects

results contains result if {
	count(subjects) > 0
	not updates.present
	result := {
		"message": "neither Dependabot nor Renovate is configured",
		"path": input.facts.anchor,
		"subject": "repository",
	}
}

results contains result if {
	some name in subjects
	updates.present
	some ecosystem in input.facts.ecosystems
	ecosystem.name == name
	not updates.covered(ecosystem)
	result := {
		"message": sprintf("no updater looks after %s (%s)", [name, ecosystem.files[0].file]),
		"path": updates.place,
		"whole": true,
		"subject": name,
	}
}
