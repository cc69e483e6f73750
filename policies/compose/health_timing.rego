# METADATA
# title: Backend is checked too seldom or too patiently
# description: >-
#   With a long interval, timeout or count of retries a dead backend counts as healthy for
#   minutes. Without a timeout the engine waits 30 seconds.
# scope: package
# custom:
#   severity: low
#   controls: [SHG-3.25]
#   profiles: [guide-literal, guide, strict]
#   params: {interval: 30, timeout: 5, retries: 5}
#   remediation: >-
#     Set interval to 30s, timeout to 5s and retries to 5, or less.
#   bad: |
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         healthcheck:
#           test: ["CMD", "/app/healthcheck"]
#           interval: 10m
#           timeout: 5s
#   good: |
#     services:
#       backend:
#         image: registry.example.org/backend:1.0
#         healthcheck:
#           test: ["CMD", "/app/healthcheck"]
#           interval: 30s
#           timeout: 5s
#           retries: 5
package policies.compose.health_timing

bounds := data.params["compose/health-timing"]

subjects contains name if {
	some name, service in input.facts.services
	service.role == "backend"
	service.health.set
}

results contains result if {
	some name in subjects
	health := input.facts.services[name].health
	some key in ["interval", "timeout"]
	health[key] > bounds[key]
	result := {
		"message": sprintf("the health check of service %s has a %s of %v seconds, more than %v", [name, key, health[key], bounds[key]]),
		"path": ["services", name, "healthcheck", key],
		"identity": [key],
		"degree": health[key],
	}
}

results contains result if {
	some name in subjects
	health := input.facts.services[name].health
	health.retries > bounds.retries
	result := {
		"message": sprintf("the health check of service %s fails only after %v tries, more than %v", [name, health.retries, bounds.retries]),
		"path": ["services", name, "healthcheck", "retries"],
		"identity": ["retries"],
		"degree": health.retries,
	}
}

results contains result if {
	some name in subjects
	input.facts.services[name].health.timeout == 0
	result := {
		"message": sprintf("the health check of service %s has no timeout, so that the engine waits 30 seconds", [name]),
		"path": ["services", name, "healthcheck", "timeout"],
		"identity": ["timeout"],
	}
}
