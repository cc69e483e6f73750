package policies.kubernetes.client_token_mode_test

import data.policies.kubernetes.client_token_mode as rule

container(mode) := {"facts": {"containers": [{"name": "b", "mounts": [{
	"target": "/var/lib/stella/tokens", "mode": mode,
	"mode_path": ["spec", "volumes", 0, "secret", "defaultMode"],
}]}]}}

test_fires_on_open_modes if {
	every mode in [420, 292, 432] {
		some r in rule.results with input as container(mode)
		r.path == ["spec", "volumes", 0, "secret", "defaultMode"]
	}
	some r in rule.results with input as container(420)
	contains(r.message, "mode 0644")
}

test_silent_on_closed_modes if {
	every mode in [256, 288, 384] {
		count(rule.results) == 0 with input as container(mode)
		count(rule.subjects) == 1 with input as container(mode)
	}
	count(rule.subjects) == 0 with input as container(0)
}
