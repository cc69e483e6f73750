# METADATA
# title: Nothing keeps images new
# description: >-
#   A pinned image never changes by itself, and pulling it again gives the same bytes. Only an
#   updater that edits the file brings fixes in, at least every month.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-8.01]
#   profiles: [guide, strict]
#   remediation: >-
#     Add the ecosystems docker and docker-compose to .github/dependabot.yml with a monthly
#     schedule or a shorter one, or use Renovate.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- .github/dependabot.yml --
#     version: 2
#     updates:
#       - package-ecosystem: docker-compose
#         directory: /
#         schedule: {interval: yearly}
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- .github/dependabot.yml --
#     version: 2
#     updates:
#       - package-ecosystem: docker-compose
#         directory: /
#         schedule: {interval: monthly}
package policies.config.image_updates

import data.policies.lib.updates

subjects contains ecosystem.name if {
	input.complete
	some ecosystem in input.facts.ecosystems
	ecosystem.name in updates.images
}

results contains result if {
	some name in subjects
	some ecosystem in input.facts.ecosystems
	ecosystem.name == name
	not updates.covered(ecosystem)
	result := {
		"message": sprintf("no updater looks after the images of %s (%s)", [ecosystem.files[0].file, name]),
		"path": place,
		"whole": true,
		"subject": name,
	}
}

results contains result if {
	some name in subjects
	some entry in updates.entries
	entry.ecosystem == name
	entry.interval in {"quarterly", "semiannually", "yearly"}
	result := {
		"message": sprintf("images are looked after %s, which is more than a month apart", [entry.interval]),
		"path": array.concat(entry.path, ["schedule", "interval"]),
		"identity": entry.directories,
		"subject": name,
	}
}

place := updates.place if {
	updates.present
} else := input.facts.anchor
