# METADATA
# title: Service restarts without end
# description: >-
#   A service that fails at once and is always started again hides its fault and uses the host up.
# scope: package
# custom:
#   severity: info
#   controls: [SHG-3.47]
#   profiles: [strict]
#   remediation: >-
#     Use on-failure:5, or unless-stopped for a service that has to come back after a reboot.
#   bad: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         restart: always
#   good: |
#     services:
#       web:
#         image: registry.example.org/web:1.0
#         restart: on-failure:5
package policies.compose.restart

subjects contains name if some name, _ in input.services

results contains result if {
	some name in subjects
	input.services[name].restart == "always"
	result := {
		"message": sprintf("service %s is restarted whatever happens", [name]),
		"path": ["services", name, "restart"],
		"fix": {"op": "set", "path": ["services", name, "restart"], "value": "unless-stopped"},
	}
}
