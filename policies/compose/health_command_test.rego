package policies.compose.health_command_test

import data.policies.compose.health_command as rule

checked(shell, words) := {"facts": {"services": {"web": {
	"role": "backend", "health": {"set": true},
	"check": {"shell": shell, "words": words},
}}}}

test_fires_on_each_problem if {
	count(rule.results) == 1 with input as checked(true, ["curl"])
	count(rule.results) == 1 with input as checked(false, ["wget", "http://localhost/health"])
	some r in rule.results with input as checked(false, ["wget", "https://localhost/"])
	r.path == ["services", "web", "healthcheck", "test"]
}

test_silent_on_exec_form if {
	count(rule.results) == 0 with input as checked(false, ["wget", "https://localhost:8080/health"])
	count(rule.results) == 0 with input as checked(false, ["/app/healthcheck"])
}
