# METADATA
# title: Seccomp profile does not restrict
# description: >-
#   Compose reads the profile only when the service starts. A missing or broken file stops the start;
#   one that allows by default confines nothing.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.07]
#   profiles: [guide, strict]
#   remediation: >-
#     Keep the profile in the repository as JSON whose defaultAction is SCMP_ACT_ERRNO and that
#     allows the needed calls only.
#   bad: |
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         security_opt:
#           - seccomp:./missing.json
#   good: |
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         security_opt:
#           - seccomp:./seccomp-backend.json
package policies.compose.seccomp_file

import data.policies.lib.compose

subjects contains name if {
	some name, service in input.facts.services
	service.seccomp.state in {"outside", "missing", "invalid", "allows", "denies"}
}

unknown contains doubt if some doubt in compose.undecided({"security_opt"})

results contains result if {
	some name in subjects
	profile := input.facts.services[name].seccomp
	result := {
		"message": sprintf("seccomp profile %s of service %s %s", [profile.value, name, problem(profile)]),
		"path": profile.path,
		"degree": count(object.get(profile, "risky", [])),
		"severity": severity(profile),
	}
}

problem(profile) := "is not in the repository" if profile.state == "missing"

problem(profile) := "lies outside the repository and cannot be judged" if profile.state == "outside"

problem(profile) := "is not JSON with a defaultAction" if profile.state == "invalid"

problem(profile) := "allows every call by default" if profile.state == "allows"

problem(profile) := sprintf("allows %s", [concat(", ", profile.risky)]) if {
	profile.state == "denies"
	count(profile.risky) > 0
}

severity(profile) := "low" if profile.state == "outside"

severity(profile) := "high" if profile.state in {"missing", "invalid", "allows"}

severity(profile) := "medium" if profile.state == "denies"
