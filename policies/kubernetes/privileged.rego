# METADATA
# title: Container is privileged
# description: >-
#   A privileged container, or one with a capability that is as good as root, is root on its node.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-3.71]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-250]
#   remediation: >-
#     Remove privileged and the capability; give the one device or right that the program needs.
#   bad: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       template:
#         spec:
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#               securityContext:
#                 privileged: true
#   good: |
#     apiVersion: apps/v1
#     kind: Deployment
#     metadata:
#       name: backend
#     spec:
#       template:
#         spec:
#           containers:
#             - name: backend
#               image: registry.example.org/backend:1.0
#               securityContext:
#                 privileged: false
package policies.kubernetes.privileged

import data.policies.lib.kubernetes

subjects contains container.name if some container in input.facts.containers

unknown contains doubt if some doubt in kubernetes.unjudged

# What the baseline of the Pod Security Standards forbids and no rule judges.
unknown contains {"subject": container.name, "reason": sprintf("no rule judges %s", [key]), "path": array.concat(container.path, ["securityContext", key])} if {
	some container in input.facts.containers
	some key in ["appArmorProfile", "procMount", "seLinuxOptions", "windowsOptions"]
	own := array.concat(container.path, ["securityContext", key])
	not object.get(input.object, own, null) in {null, "Default"}
	not object.get(input.object, array.concat(own, ["type"]), "") in {"Localhost", "RuntimeDefault"}
}

unknown contains {"subject": container.name, "reason": sprintf("it adds the capability %s", [capability.name]), "path": capability.path} if {
	some container in input.facts.containers
	some capability in container.add
	not capability.name in baseline
}

unknown contains {"subject": container.name, "reason": sprintf("the pod's %s is not judged", [key]), "path": array.concat(pod.path, ["securityContext", key])} if {
	pod := input.facts.pod
	some key in ["appArmorProfile", "seLinuxOptions", "sysctls", "windowsOptions"]
	own := array.concat(pod.path, ["securityContext", key])
	not object.get(input.object, own, null) in {null, []}
	not object.get(input.object, array.concat(own, ["type"]), "") in {"Localhost", "RuntimeDefault"}
	some container in input.facts.containers
}

unknown contains {"subject": container.name, "reason": "a probe or hook asks a host of its own", "path": array.concat(container.path, [key])} if {
	some container in input.facts.containers
	some key in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"]
	walk(object.get(input.object, array.concat(container.path, [key]), {}), [path, value])
	path[count(path) - 1] == "host"
	not value in {"", null}
}

unknown contains {"subject": container.name, "reason": "AppArmor is set by an annotation", "path": ["metadata", "annotations"]} if {
	some container in input.facts.containers
	some key, _ in input.object.metadata.annotations
	startswith(sprintf("%v", [key]), "container.apparmor.security.beta.kubernetes.io/")
}

# baseline are the capabilities that it lets a container add.
baseline := {
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID",
	"SETPCAP", "SETUID", "SYS_CHROOT",
}

results contains result if {
	some container in input.facts.containers
	container.security.privileged == true
	result := {
		"message": sprintf("container %s runs privileged", [container.name]),
		"path": array.concat(container.path, ["securityContext", "privileged"]),
		"fix": {"op": "remove", "path": array.concat(container.path, ["securityContext", "privileged"])},
	}
}

results contains result if {
	some container in input.facts.containers
	some capability in container.add
	capability.name in {"ALL", "BPF", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO"}
	result := {
		"message": sprintf("container %s adds capability %s", [container.name, capability.name]),
		"path": capability.path,
		"reach": [[granted(capability.name)]],
	}
}

granted(name) := "*" if name == "ALL"

granted(name) := name if name != "ALL"
