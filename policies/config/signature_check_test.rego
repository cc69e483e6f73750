package policies.config.signature_check_test

import data.policies.config.signature_check as rule

script(words, ignored) := {"facts": {"workflows": [], "scripts": [{"file": "s", "commands": [{"words": words, "ignored": ignored, "path": ["c"]}]}]}}

test_fires_on_each_problem if {
	some r in rule.results with input as script(["cosign", "verify", "--key", "https://x", "a@sha256:0"], "")
	r.path == ["c"]
	count(rule.results) == 1 with input as script(["cosign", "verify", "--key", "k", "a:1"], "")
	count(rule.results) == 1 with input as script(["cosign", "verify", "--insecure-ignore-tlog", "a@sha256:0"], "")
	count(rule.results) == 1 with input as script(["cosign", "verify", "a@sha256:0"], "or")
}

test_silent_on_sound_check if {
	count(rule.results) == 0 with input as script(["cosign", "verify", "--key", "k", "a@sha256:0"], "")
	count(rule.results) == 0 with input as script(["cosign", "verify", "$IMAGE"], "")
}

test_fires_on_anybody if {
	some r in rule.results with input as {"facts": {"scripts": [], "workflows": [{"steps": [{"commands": [{
		"words": ["cosign", "verify", "a@sha256:0", "--certificate-identity-regexp", ".*"], "ignored": "", "path": ["x"],
	}]}]}]}}
	contains(r.message, "anybody")
}
