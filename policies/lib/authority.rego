# METADATA
# description: Settings of the authority in a service's environment, under any of its prefixes.
package policies.lib.authority

# settings are the named service's authority settings, with their name in lower case.
settings(service) := {setting |
	some key, value in input.services[service].environment
	is_string(key)
	parts := split(lower(key), "authority__")
	count(parts) == 2
	startswith(parts[0], "concelier")
	setting := {"name": parts[1], "value": value, "path": ["services", service, "environment", key]}
}

# is_true takes every spelling of true that .NET and YAML know.
is_true(value) if lower(sprintf("%v", [value])) in {"true", "1", "yes", "on"}
