# METADATA
# title: Anonymous access to jobs is allowed
# description: >-
#   While allowAnonymousFallback is on, whoever reaches the service triggers jobs without a token.
#   The guide allowed it for a migration that ended with 2025.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-7.21]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-306]
#   remediation: >-
#     Set AUTHORITY__ALLOWANONYMOUSFALLBACK to false, or remove it once the default is false in your
#     release.
#   bad: |
#     services:
#       concelier:
#         image: registry.example.org/concelier:1.0
#         environment:
#           CONCELIER_AUTHORITY__ALLOWANONYMOUSFALLBACK: "true"
#   good: |
#     services:
#       concelier:
#         image: registry.example.org/concelier:1.0
#         environment:
#           CONCELIER_AUTHORITY__ALLOWANONYMOUSFALLBACK: "false"
package policies.compose.authority_anonymous

import data.policies.lib.authority

subjects contains name if {
	some name, _ in input.services
	count(authority.settings(name)) > 0
}

results contains result if {
	some name in subjects
	some setting in authority.settings(name)
	setting.name == "allowanonymousfallback"
	authority.is_true(setting.value)
	result := {
		"message": sprintf("service %s lets anonymous callers trigger jobs", [name]),
		"path": setting.path,
		"severity": severity,
		"fix": {"op": "set", "path": setting.path, "value": "false"},
	}
}

# Until the migration ended it was only discouraged. Without a date it has ended.
severity := "medium" if data.now < "2025-12-31"

default severity := "critical"
