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

# below is a directory of the host with everything in it.
below(directory) := sprintf("%s/*", [trim_right(directory, "/")])

# ports_of are the ports of the container that a range publishes; of a range beyond reason
# and of one that is not known there are none.
ports_of(port) := numbers.range(port.first, port.last) if {
	port.first > 0
	port.last - port.first < 256
} else := []

# reach is what publishing does: each address, port of the host and port of the container.
reach(port) := [[address(port), host, sprintf("%d/%s", [number, protocol(port)])] |
	some i, number in ports_of(port)
	host := host_port(port, i)
]

address(port) := "*" if port.host_ip in {"", "0.0.0.0", "::", "0:0:0:0:0:0:0:0"}

address(port) := "loopback" if port.loopback

address(port) := port.host_ip if {
	not port.loopback
	not port.host_ip in {"", "0.0.0.0", "::", "0:0:0:0:0:0:0:0"}
}

# host_port is the port that stands for one of the container's: of two ranges the one at
# the same place, else what is written.
host_port(port, i) := sprintf("%d", [first + i]) if {
	[first, last] := bounds(port.published)
	last - first == port.last - port.first
} else := port.published

bounds(published) := [to_number(found[1]), to_number(found[2])] if {
	some found in regex.find_all_string_submatch_n(`^(\d{1,5})-(\d{1,5})$`, published, 1)
}

protocol(port) := lower(port.protocol) if port.protocol != ""

protocol(port) := "tcp" if port.protocol == ""
