# METADATA
# title: Container gets a device of the host
# description: >-
#   A raw device bypasses the file system and its rights. A rule for the device cgroup opens
#   devices that are not even listed.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.45]
#   profiles: [strict]
#   params: {allowed: [/dev/dri, /dev/net/tun, /dev/fuse, /dev/snd]}
#   remediation: >-
#     Remove the device, or except the finding with the reason why this very device is needed.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         devices: ["/dev/sda:/dev/sda"]
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         devices: ["/dev/dri:/dev/dri"]
package policies.compose.device

import data.policies.lib.compose

subjects contains name if some name, _ in input.services

unknown contains doubt if some doubt in compose.undecided({"devices", "device_cgroup_rules"})

results contains result if {
	some name in subjects
	some i, device in input.services[name].devices
	source := host(device)
	not harmless(source)
	result := {
		"message": sprintf("service %s gets the device %s of the host", [name, source]),
		"path": ["services", name, "devices", i],
	}
}

results contains result if {
	some name in subjects
	some i, grant in input.services[name].device_cgroup_rules
	result := {
		"message": sprintf("service %s may use devices by the rule %s", [name, grant]),
		"path": ["services", name, "device_cgroup_rules", i],
	}
}

host(device) := device.source if is_object(device)

host(device) := split(device, ":")[0] if is_string(device)

harmless(source) if {
	some allowed in data.params["compose/device"].allowed
	regex.match(sprintf("^%s(/.*)?$", [allowed]), source)
}
