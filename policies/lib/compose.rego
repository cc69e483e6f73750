# METADATA
# description: Compose keys that may be written as a list or as a mapping.
package policies.lib.compose

# depends_on are the services that the named one waits for.
depends_on(name) := keys(object.get(input.services[name], "depends_on", {}))

# networks are the networks that the named service joins.
networks(name) := keys(object.get(input.services[name], "networks", {}))

# keys are the keys of a mapping or the items of a list; nothing has none.
keys(value) := object.keys(value) if is_object(value)

keys(value) := {item | some item in value} if is_array(value)

keys(null) := set()

# undecided_volumes are the services that get a named volume whose place on the host is a
# variable that has no value here.
undecided_volumes := {doubt |
	some variable in input.variables
	variable.path[0] == "volumes"
	variable.path[2] == "driver_opts"
	not given(variable)
	some name, service in input.facts.services
	some mount in service.mounts
	mount.source == variable.path[1]
	doubt := {
		"subject": name,
		"reason": sprintf("%s has no value here, and the volume %s needs it", [variable.name, mount.source]),
		"path": variable.path,
	}
}

# undecided are the services of which a value below one of the keys is made of a variable
# that has none here, ready for a rule's set of unknown subjects.
undecided(keys) := {doubt |
	some variable in input.variables
	variable.path[0] == "services"
	variable.path[2] in keys
	not input.providers[variable.path[1]]
	not given(variable)
	doubt := {
		"subject": variable.path[1],
		"reason": sprintf("%s has no value here, and %s needs it", [variable.name, variable.path[2]]),
		"path": variable.path,
	}
}

given(variable) if variable.set

given(variable) if is_string(variable.default)

# given_file is true for a file that a mount, a secret or a config puts into the service.
given_file(name, file) if {
	some mount in input.facts.services[name].mounts
	within(file, mount.target)
}

given_file(name, file) if {
	some key, folder in {"configs": "/", "secrets": "/run/secrets/"}
	some item in input.services[name][key]
	target := placed(item)
	file in {target, sprintf("%s%s", [folder, target])}
}

placed(item) := item if is_string(item)

placed(item) := object.get(item, "target", object.get(item, "source", "")) if is_object(item)

within(file, folder) if file == folder

within(file, folder) if startswith(file, sprintf("%s/", [trim_right(folder, "/")]))
