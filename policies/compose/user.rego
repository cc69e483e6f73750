# METADATA
# title: Container runs as root
# description: >-
#   A process that breaks out of a container keeps the user id that it had inside. Without a user the
#   image decides, and most images run as root.
# scope: package
# custom:
#   severity: high
#   controls: [SHG-3.03, SHG-3.33, SHG-1.06]
#   profiles: [guide-literal, guide, strict]
#   tags: [CWE-250]
#   remediation: >-
#     Set user to a numeric user and group above 0, such as "10001:10001", and give that user its
#     files.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         user: "0"
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         user: "10001:10001"
package policies.compose.user

subjects contains name if some name, _ in input.facts.services

results contains result if {
	some name, service in input.facts.services
	not service.user.image_nonroot
	result := {
		"message": sprintf("service %s %s", [name, problem(service.user)]),
		"path": ["services", name, "user"],
		"identity": ["user"],
		"degree": degree(service.user),
	}
}

# The image is known to name another user than root; only the file does not say so.
results contains result if {
	some name, service in input.facts.services
	service.user.image_nonroot
	result := {
		"message": sprintf("service %s leaves its user to the image, which is known not to run as root", [name]),
		"path": ["services", name, "user"],
		"identity": ["user"],
		"severity": "low",
	}
}

problem(user) := "has no user, so the image decides and that is mostly root" if {
	not user.set
	not user.unknown
}

problem(user) := sprintf("runs as root (user %q)", [user.value]) if {
	user.root
	not user.unknown
}

problem(user) := sprintf("runs in the root group (user %q)", [user.value]) if {
	user.root_group
	not user.root
	not user.unknown
}

problem(user) := "takes its user from a variable without a value" if user.unknown

# The root group alone is less than the user root.
# What is written overrides an image that may have had a user of its own.
degree(user) := 3 if {
	user.root
	not user.unknown
} else := 1 if {
	user.root_group
	not user.unknown
} else := 2
