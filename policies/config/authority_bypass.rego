# METADATA
# title: Bypass network is wide
# description: >-
#   Callers from a bypass network need no token. A network of many hosts, or of all private
#   addresses, means that any of them triggers jobs.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-7.29]
#   profiles: [strict]
#   tags: [CWE-863]
#   remediation: >-
#     List single hosts (127.0.0.1/32, ::1/128), or at most the one small network that needs it.
#   bad: |
#     -- concelier.yaml --
#     concelier:
#       authority:
#         enabled: true
#         bypassNetworks: [10.0.0.0/8]
#   good: |
#     -- concelier.yaml --
#     concelier:
#       authority:
#         enabled: true
#         bypassNetworks: [127.0.0.1/32, ::1/128]
package policies.config.authority_bypass

import data.policies.lib.settings

# hosts are how many bits of an address may stay free: a network of 256 hosts.
hosts := 8

subjects contains bypass.path if some bypass in input.facts.derived.bypasses

unknown contains doubt if {
	some doubt in settings.doubts
	doubt.subject in subjects
}

results contains result if {
	some bypass in input.facts.derived.bypasses
	not bypass.loopback
	bypass.of - bypass.bits > hosts
	result := {
		"message": sprintf("callers from %s need no token", [bypass.network]),
		"path": bypass.path,
		"identity": [bypass.network],
	}
}
