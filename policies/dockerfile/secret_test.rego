package policies.dockerfile.secret_test

import data.policies.dockerfile.secret as rule

stage(secrets) := {"facts": {"stages": [{"secrets": secrets}]}}

test_fires_on_secret if {
	some r in rule.results with input as stage([{"from": "ENV", "key": "API_KEY", "path": ["stages", 0, "instructions", 1]}])
	r.path == ["stages", 0, "instructions", 1]
}

test_silent_without_secret if {
	count(rule.results) == 0 with input as stage([])
}

file(text) := {
	"facts": {"stages": [{"secrets": []}]},
	"stages": [{"instructions": [{"name": "RUN", "original": text, "args": [text], "flags": []}]}],
}

test_unknown_commands if {
	count(rule.unknown) == 1 with input as file("RUN echo root:toor | chpasswd")
	count(rule.unknown) == 0 with input as file("RUN make install")
}
