# METADATA
# title: Dangerous capability is added
# description: >-
#   Some capabilities are as good as root on the host: they load kernel modules, trace other
#   processes or mount file systems. Those of the engine's default set weigh little.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.10]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-250]
#   remediation: >-
#     Remove the capability, or move the work that needs it to the host. NET_BIND_SERVICE is
#     accepted.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         cap_add: [SYS_ADMIN]
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         cap_drop: [ALL]
#         cap_add: [NET_BIND_SERVICE]
package policies.compose.cap_add

import data.policies.lib.compose

subjects contains name if some name, _ in input.facts.services

unknown contains doubt if some doubt in compose.undecided({"cap_add"})

results contains result if {
	some name, service in input.facts.services
	some capability in service.cap_add
	result := {
		"message": sprintf("service %s adds capability %s", [name, capability.name]),
		"path": capability.path,
		"severity": severity(capability.name),
		"reach": [[granted(capability.name)]],
		"fix": {"op": "remove", "path": capability.path},
	}
}

as_good_as_root := {
	"ALL", "BPF", "DAC_READ_SEARCH", "MAC_ADMIN", "MAC_OVERRIDE", "SYS_ADMIN", "SYS_BOOT", "SYS_MODULE",
	"SYS_PTRACE", "SYS_RAWIO",
}

# Every container has these unless it drops them.
default_set := {
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_RAW", "SETFCAP", "SETGID",
	"SETPCAP", "SETUID", "SYS_CHROOT",
}

severity(name) := "critical" if name in as_good_as_root

severity(name) := "high" if not name in ((as_good_as_root | default_set) | {"NET_BIND_SERVICE"})

severity(name) := "low" if {
	name in default_set
	input.params.profile != "baseline"
}

granted(name) := "*" if name == "ALL"

granted(name) := name if name != "ALL"
