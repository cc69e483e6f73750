package policies.lib.authority_test

import data.policies.lib.authority

test_settings_of_each_prefix if {
	{s.name | some s in authority.settings("c")} == {"enabled", "clientid"} with input as {"services": {"c": {"environment": {
		"CONCELIER_AUTHORITY__ENABLED": "true",
		"concelier__authority__clientId": "x",
		"OTHER_AUTHORITY__ENABLED": "true",
		"DEBUG": "1",
	}}}}
}

test_settings_without_environment if {
	authority.settings("c") == set() with input as {"services": {"c": {}}}
}

test_is_true if {
	authority.is_true(true)
	authority.is_true("Yes")
	not authority.is_true("false")
	not authority.is_true(false)
}
