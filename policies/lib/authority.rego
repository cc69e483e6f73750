# METADATA
# description: Settings of the authority in a service's environment, under any of its prefixes.
package policies.lib.authority

# settings are the named service's authority settings, with their name in lower case.
settings(service) := {setting |
	some key, value in input.services[service].environment
	setting := {"name": named(key), "value": value, "path": ["services", service, "environment", key]}
}

# named is the setting's name in an environment variable; other variables have none.
named(key) := parts[1] if {
	is_string(key)
	parts := split(lower(key), "authority__")
	count(parts) == 2
	startswith(parts[0], "concelier")
}

# is_true takes every spelling of true that .NET and YAML know.
is_true(value) if lower(sprintf("%v", [value])) in {"true", "1", "yes", "on"}
