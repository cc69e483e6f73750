# METADATA
# title: Authority integration is off
# description: >-
#   Without the authority no caller of the job endpoints is authenticated.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-7.20]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Set AUTHORITY__ENABLED to true.
#   bad: |
#     services:
#       concelier:
#         image: registry.example.org/concelier:1.0
#         environment:
#           CONCELIER_AUTHORITY__ENABLED: "false"
#   good: |
#     services:
#       concelier:
#         image: registry.example.org/concelier:1.0
#         environment:
#           CONCELIER_AUTHORITY__ENABLED: "true"
package policies.compose.authority_enabled

import data.policies.lib.authority

subjects contains name if {
	some name, _ in input.services
	count(authority.settings(name)) > 0
}

results contains result if {
	some name in subjects
	some setting in authority.settings(name)
	setting.name == "enabled"
	not authority.is_true(setting.value)
	result := {
		"message": sprintf("service %s runs without the authority", [name]),
		"path": setting.path,
		"fix": {"op": "set", "path": setting.path, "value": "true"},
	}
}
