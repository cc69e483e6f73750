# METADATA
# title: Container is privileged
# description: >-
#   A privileged container has every capability, every device and no confinement: root inside is root
#   on the host. Hooks and builds can ask for the same.
# scope: package
# custom:
#   severity: critical
#   controls: [SHG-3.42]
#   profiles: [guide-literal, guide, strict, baseline]
#   tags: [CWE-250]
#   remediation: >-
#     Remove privileged (or the build entitlement) and add the one capability or device that the
#     program needs.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         privileged: true
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         privileged: false
package policies.compose.privileged

import data.policies.lib.compose

subjects contains name if some name, _ in input.services

unknown contains doubt if some doubt in compose.undecided({"privileged"})

unknown contains doubt if {
	some doubt in compose.undecided({"build", "post_start", "pre_start", "pre_stop"})
	some step in doubt.path
	step in {"entitlements", "privileged"}
}

results contains result if {
	some path in paths
	result := {
		"message": sprintf("service %s runs privileged (%s)", [path[1], concat(".", [k | some k in path; is_string(k)])]),
		"path": path,
		"fix": {"op": "remove", "path": path},
	}
}

paths contains path if {
	some name, service in input.services
	some key in [["privileged"], ["build", "privileged"]]
	object.get(service, key, false) == true
	path := array.concat(["services", name], key)
}

paths contains path if {
	some name, service in input.services
	some hook in ["pre_start", "post_start", "pre_stop"]
	some i, step in service[hook]
	step.privileged == true
	path := ["services", name, hook, i, "privileged"]
}

paths contains path if {
	some name, service in input.services
	some i, entitlement in service.build.entitlements
	entitlement == "security.insecure"
	path := ["services", name, "build", "entitlements", i]
}
