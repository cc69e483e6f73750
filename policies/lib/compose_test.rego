package policies.lib.compose_test

import data.policies.lib.compose

test_keys_of_each_form if {
	compose.keys({"a": 1}) == {"a"}
	compose.keys(["a", "b"]) == {"a", "b"}
	compose.keys(null) == set()
}

test_service_without_networks if {
	compose.networks("web") == set() with input as {"services": {"web": {}}}
}

test_dependencies_of_each_form if {
	compose.depends_on("web") == {"db"} with input as {"services": {"web": {"depends_on": ["db"]}}}
	compose.depends_on("web") == {"db"} with input as {"services": {"web": {"depends_on": {"db": {}}}}}
}
