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
