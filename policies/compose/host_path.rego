# METADATA
# title: Sensitive host path is mounted
# description: >-
#   Through the host's system directories a container reads its secrets or changes what the host
#   runs. Shared propagation lets mounts made inside appear outside.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.44]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-552]
#   remediation: >-
#     Use a named volume, or mount the one file that is needed with read_only: true.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         volumes:
#           - /:/host
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         volumes:
#           - data:/data
#     volumes:
#       data:
package policies.compose.host_path

import data.policies.lib.compose

subjects contains name if some name, _ in input.services

unknown contains doubt if some doubt in compose.undecided({"volumes", "devices"})

unknown contains doubt if some doubt in compose.undecided_volumes

# What a path of the host holds is not known unless it is one of these.
unknown contains {"subject": name, "reason": sprintf("what %s of the host holds is not known", [mount.source]), "path": mount.path} if {
	some name, service in input.facts.services
	some mount in service.mounts
	foreign(mount)
}

foreign(mount) if {
	mount.type == "bind"
	not mount.sensitive
	not mount.socket
	not usual(mount.source)
	regex.match(`^(/|~|\$\{?\w+:?-[/~])`, written(object.get(input, array.concat(["raw"], mount.path), mount.source)))
}

# written is the source as it stands in the file: there a path of the repository is relative.
written(volume) := volume if is_string(volume)

written(volume) := sprintf("%v", [object.get(volume, "source", "")]) if is_object(volume)

# usual are paths that nearly every host has and that hold nothing of value.
usual(source) if {
	trim_right(source, "/") in {
		"/dev/dri", "/dev/net/tun", "/dev/null", "/dev/random", "/dev/shm", "/dev/urandom", "/dev/zero",
		"/etc/hostname", "/etc/hosts", "/etc/localtime", "/etc/machine-id", "/etc/os-release", "/etc/resolv.conf",
		"/etc/ssl/certs", "/etc/timezone", "/usr/share/zoneinfo",
	}
}

mounts contains mount if {
	some service in input.facts.services
	some mount in service.mounts
}

mounts contains mount if some mount in input.facts.volumes

results contains result if {
	some mount in mounts
	mount.sensitive
	result := {
		"message": sprintf("%s mounts %s of the host", [mount.path[1], mount.source]),
		"path": mount.path,
		"severity": severity(mount),
		"reach": [["mount", compose.below(mount.source)]],
	}
}

results contains result if {
	some mount in mounts
	mount.propagation in {"shared", "rshared"}
	result := {
		"message": sprintf("%s shares mounts below %s with the host", [mount.path[1], mount.source]),
		"path": mount.path,
		"reach": [[mount.propagation, compose.below(mount.source)]],
	}
}

severity(mount) := "medium" if mount.read_only

severity(mount) := "high" if not mount.read_only
