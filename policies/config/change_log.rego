# METADATA
# title: Change log has no entry for the current version
# description: >-
#   Who updates needs to know what changed, weaknesses included.
# scope: package
# custom:
#   severity: info
#   controls: [SHG-12.01]
#   profiles: [guide, strict]
#   remediation: >-
#     Keep a CHANGELOG.md with a section for each version, the one in VERSION included.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- VERSION --
#     1.2.0
#     -- CHANGELOG.md --
#     # Changelog
#
#     ## 1.1.0
#
#     - First release.
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- VERSION --
#     1.2.0
#     -- CHANGELOG.md --
#     # Changelog
#
#     ## 1.2.0
#
#     - Second release.
package policies.config.change_log

logs contains name if {
	some name, file in input.files
	file.family == "document"
	regex.match(`^(docs/)?(changelog|changes|history|release[-_]?notes)[^/]*$`, lower(name))
}

subjects contains "repository" if {
	input.complete
	input.facts.deploys
}

results contains result if {
	"repository" in subjects
	count(logs) == 0
	result := {
		"message": "the repository has no change log",
		"path": input.facts.anchor,
		"subject": "repository",
	}
}

results contains result if {
	"repository" in subjects
	some log in logs
	version := trim_left(trim_space(input.files.VERSION.content.lines[0]), "v")
	version != ""
	count([1 |
		some name in logs
		some line in input.files[name].content.lines
		contains(line, version)
	]) == 0
	result := {
		"message": sprintf("%s has no entry for version %s", [log, version]),
		"path": ["files", log, "content", "lines", 0],
		"identity": ["version"],
		"subject": "repository",
	}
}
