# METADATA
# title: Settings make the service listen without TLS
# description: >-
#   Results and SBOMs must not cross a network in clear text. An http address in Kestrel's
#   endpoints or in ASPNETCORE_URLS offers them so.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-1.01]
#   profiles: [guide, strict]
#   tags: [CWE-319]
#   remediation: >-
#     Use https addresses only, such as https://+:8080, and give Kestrel a certificate.
#   bad: |
#     -- appsettings.json --
#     {"Kestrel": {"Endpoints": {"Web": {"Url": "http://*:8080"}}}}
#   good: |
#     -- appsettings.json --
#     {"Kestrel": {"Endpoints": {"Web": {"Url": "https://*:8443"}, "Health": {"Url": "http://127.0.0.1:8081"}}}}
package policies.config.plain_listener

import data.policies.lib.settings

# The environment of Compose services has a rule of its own.
judged contains listener if {
	some listener in input.facts.derived.listeners
	listener.from != "compose"
}

subjects contains listener.path if some listener in judged

unknown contains doubt if {
	some doubt in settings.doubts
	doubt.subject in subjects
}

results contains result if {
	some listener in judged
	listener.plain
	result := {
		"message": sprintf("the service listens without TLS on %s", [listener.address]),
		"path": listener.path,
		"identity": [listener.address],
	}
}
