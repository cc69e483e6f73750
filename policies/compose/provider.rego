# METADATA
# title: Stack runs code that it does not hold
# description: >-
#   A provider is a program of the host that runs when the stack starts, with the rights of who
#   starts it. A build context from a branch of another repository is whatever stands there that
#   day.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-3.49]
#   profiles: [strict]
#   remediation: >-
#     Replace the provider by a service, and refer to a remote build context by its full commit.
#   bad: |
#     services:
#       db:
#         provider: {type: awesomecloud}
#   good: |
#     services:
#       web:
#         build: https://example.org/web.git#0123456789abcdef0123456789abcdef01234567
package policies.compose.provider

import data.policies.lib.compose

subjects contains name if some name, _ in input.services

subjects contains name if some name, _ in input.providers

unknown contains doubt if some doubt in compose.undecided({"provider"})

results contains result if {
	some name, service in input.providers
	kind := service.provider.type
	result := {
		"message": sprintf("service %s runs the provider %s on the host", [name, kind]),
		"path": ["services", name, "provider", "type"],
	}
}

results contains result if {
	some name in subjects
	place := context(input.services[name].build)
	regex.match(`^(https?|git|ssh)://|^git@|^github\.com/`, place.text)
	not regex.match(`#[0-9a-f]{40}(:|$)`, place.text)
	result := {
		"message": sprintf("service %s is built from another repository without a commit", [name]),
		"path": array.concat(["services", name, "build"], place.path),
		"identity": ["build", split(place.text, "#")[0]],
	}
}

context(build) := {"text": build, "path": []} if is_string(build)

context(build) := {"text": build.context, "path": ["context"]} if is_string(build.context)
