# METADATA
# title: Client secret is not read from a file
# description: >-
#   An environment variable shows in docker inspect, in crash reports and in child processes; a
#   mounted secret file does not.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-7.22]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-526]
#   remediation: >-
#     Set AUTHORITY__CLIENTSECRETFILE to the path of a mounted secret and remove
#     AUTHORITY__CLIENTSECRET.
#   bad: |
#     services:
#       concelier:
#         image: registry.example.org/concelier:1.0
#         environment:
#           CONCELIER_AUTHORITY__CLIENTSECRET: hunter2
#   good: |
#     services:
#       concelier:
#         image: registry.example.org/concelier:1.0
#         environment:
#           CONCELIER_AUTHORITY__CLIENTSECRETFILE: /run/secrets/concelier_authority_client
package policies.compose.authority_secret

import data.policies.lib.authority

subjects contains name if {
	some name, _ in input.services
	some setting in authority.settings(name)
	setting.name in {"clientsecret", "clientsecretfile"}
}

results contains result if {
	some name in subjects
	some setting in authority.settings(name)
	setting.name == "clientsecret"
	not setting.value in {"", null}
	result := {
		"message": sprintf("service %s takes its client secret from the environment", [name]),
		"path": setting.path,
	}
}
