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

test_undecided_without_value if {
	undecided({"name": "A", "default": null, "set": false}) == {"web"}
	undecided({"name": "A", "default": "x", "set": false}) == set()
	undecided({"name": "A", "default": null, "set": true}) == set()
}

test_decided_by_other_keys if {
	count(compose.undecided({"user"})) == 0 with input.variables as [{
		"name": "A", "default": null, "set": false,
		"path": ["services", "web", "volumes", 0],
	}]
}

undecided(variable) := subjects if {
	at := object.union(variable, {"path": ["services", "web", "volumes", 0]})
	found := compose.undecided({"volumes"}) with input.variables as [at]
	subjects := {doubt.subject | some doubt in found}
}

given := {
	"services": {"db": {"secrets": ["pw", {"source": "key", "target": "/k"}]}},
	"facts": {"services": {"db": {"mounts": [{"target": "/etc/db"}]}}},
}

test_given_file if {
	every file in ["/run/secrets/pw", "/k", "/etc/db", "/etc/db/x"] {
		compose.given_file("db", file) with input as given
	}
	every file in ["/run/secrets/other", "/etc/dbx", "/nowhere"] {
		not compose.given_file("db", file) with input as given
	}
}

test_undecided_volumes if {
	mounted := {
		"variables": [{"name": "D", "set": false, "default": null, "path": ["volumes", "data", "driver_opts", "device"]}],
		"facts": {"services": {"web": {"mounts": [{"source": "data"}]}, "other": {"mounts": [{"source": "else"}]}}},
	}
	{doubt.subject | some doubt in compose.undecided_volumes} == {"web"} with input as mounted
}

test_a_provider_is_not_undecided if {
	provided := {
		"variables": [{"name": "D", "set": false, "default": null, "path": ["services", "db", "privileged"]}],
		"providers": {"db": {"provider": {"type": "x"}}},
	}
	count(compose.undecided({"privileged"})) == 0 with input as provided
}
