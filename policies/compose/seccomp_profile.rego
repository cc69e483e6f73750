# METADATA
# title: Backend has no seccomp profile of its own
# description: >-
#   The engine's default profile allows some 350 system calls; a backend needs a fraction of them,
#   and each further one is attack surface of the kernel.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-3.06, SHG-1.06]
#   profiles: [guide-literal, guide, strict]
#   remediation: >-
#     Record the system calls that the backend makes and name the resulting profile in security_opt
#     as seccomp:./profile.json.
#   bad: |
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#   good: |
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         security_opt:
#           - seccomp:./seccomp-backend.json
package policies.compose.seccomp_profile

import data.policies.lib.compose

subjects contains name if {
	some name, service in input.facts.services
	service.role == "backend"
}

unknown contains {"subject": name, "reason": sprintf("the profile %s could not be read", [seccomp.value]), "path": seccomp.path} if {
	some name in subjects
	seccomp := input.facts.services[name].seccomp
	seccomp.state in {"allows", "invalid", "missing", "outside", "unconfined"}
}

unknown contains doubt if {
	some doubt in compose.undecided({"security_opt"})
	doubt.subject in subjects
}

results contains result if {
	some name in subjects
	not own_profile(input.facts.services[name])
	result := {
		"message": sprintf("service %s runs with the engine's default seccomp profile", [name]),
		"path": ["services", name, "security_opt"],
	}
}

# What is unconfined is reported by compose/unconfined.
own_profile(service) if service.seccomp.state != "builtin"
