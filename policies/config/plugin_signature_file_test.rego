package policies.config.plugin_signature_file_test

import data.policies.config.plugin_signature_file as rule

plugin(signed) := {"facts": {"plugins": [{"file": "p", "signed": signed, "path": ["tree", "p"]}]}}

test_fires_on_unsigned_plugin if {
	some r in rule.results with input as plugin(false)
	r.path == ["tree", "p"]
}

test_silent_on_signed_plugin if {
	count(rule.results) == 0 with input as plugin(true)
	count(rule.subjects) == 1 with input as plugin(true)
}
