# METADATA
# title: Processes can gain privileges
# description: >-
#   Without no-new-privileges a set-uid program inside the container turns an ordinary user into
#   root. Stores are judged by compose/store-hardening.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.05]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-269]
#   fix: safe
#   remediation: >-
#     Add no-new-privileges:true to security_opt.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         security_opt:
#           - no-new-privileges:false
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         security_opt:
#           - no-new-privileges:true
package policies.compose.no_new_privileges

import data.policies.lib.compose

subjects contains name if {
	some name, service in input.facts.services
	in_scope(service)
}

in_scope(service) if service.role != "store"

# The guide's own store is shown without the option.
in_scope(service) if {
	service.role == "store"
	input.params.profile != "guide-literal"
}

unknown contains doubt if {
	some doubt in compose.undecided({"security_opt"})
	doubt.subject in subjects
}

results contains result if {
	some name in subjects
	not input.facts.services[name].no_new_privileges
	result := {
		"message": sprintf("processes of service %s can gain privileges", [name]),
		"path": ["services", name, "security_opt"],
		"fix": {"op": "append", "path": ["services", name, "security_opt"], "value": "no-new-privileges:true"},
	}
}
