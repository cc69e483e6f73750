# METADATA
# title: Service may use all of the host
# description: >-
#   Without limits one service that leaks or is attacked takes memory, processors or process
#   numbers from all others.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-3.46]
#   profiles: [strict]
#   tags: [CWE-770]
#   remediation: >-
#     Set mem_limit, cpus and pids_limit, or the same below deploy.resources.limits.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         mem_limit: 256m
#         pids_limit: -1
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         deploy:
#           resources:
#             limits: {memory: 256M, cpus: "1", pids: 100}
package policies.compose.resource_limits

import data.policies.lib.compose

subjects contains name if some name, _ in input.facts.services

unknown contains doubt if some doubt in compose.undecided({"cpus", "mem_limit", "pids_limit", "deploy"})

results contains result if {
	some name in subjects
	missing := [word |
		some key in ["memory", "cpus", "pids"]
		not input.facts.services[name].limits[key]
		word := {"memory": "memory", "cpus": "processors", "pids": "processes"}[key]
	]
	count(missing) > 0
	result := {
		"message": sprintf("service %s has no limit for %s", [name, concat(", ", missing)]),
		"path": input.facts.services[name].limits.path,
		"identity": ["limits"],
		"degree": count(missing),
	}
}
