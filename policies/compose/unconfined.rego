# METADATA
# title: Kernel confinement is switched off
# description: >-
#   Seccomp, AppArmor, SELinux and the masked system paths stand between a broken process and the
#   kernel. Each of these options removes one of them.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-3.08]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-693]
#   remediation: >-
#     Remove the option. When a program needs more than the default allows, write a profile that adds
#     just that.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         security_opt:
#           - seccomp=unconfined
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         security_opt:
#           - no-new-privileges:true
package policies.compose.unconfined

import data.policies.lib.compose

subjects contains name if some name, _ in input.facts.services

unknown contains doubt if some doubt in compose.undecided({"security_opt"})

# What this rule does not know may switch protection off, too.
unknown contains {
	"subject": name,
	"reason": sprintf("no rule knows the option %s=%s", [option.key, option.value]),
	"path": option.path,
} if {
	some name, service in input.facts.services
	some option in service.security
	not understood(option)
}

understood(option) if option.key in {"seccomp", "apparmor", "systempaths", "writable-cgroups", "no-new-privileges", "credentialspec"}

understood(option) if {
	option.key == "label"
	regex.match(`^(disable$|level:)`, lower(option.value))
}

results contains result if {
	some name, service in input.facts.services
	some option in service.security
	off(option)
	result := {
		"message": sprintf("service %s switches protection off with %s", [name, option.key]),
		"path": option.path,
		"fix": {"op": "remove", "path": option.path},
	}
}

off(option) if {
	option.key in {"seccomp", "apparmor", "systempaths"}
	lower(option.value) == "unconfined"
}

off(option) if {
	option.key == "label"
	lower(option.value) == "disable"
}

off(option) if {
	option.key == "writable-cgroups"
	option.on
}
