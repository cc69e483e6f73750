# METADATA
# description: Application settings of files, services and workloads, in one spelling.
package policies.lib.settings

import data.policies.lib.authority

# live are the settings that no stronger source overrides.
live contains setting if {
	some setting in input.facts.settings
	not setting.overridden
}

# authority are Concelier's settings of the authority that no Compose rule judges already.
authority contains setting if {
	some setting in live
	startswith(setting.name, "concelier.authority.")
	not in_environment(setting)
}

# in_environment tells settings that the Compose rules see themselves.
in_environment(setting) if {
	setting.from == "compose"
	authority.named(setting.path[count(setting.path) - 1])
}

# place names where a setting stands for a message.
place(setting) := sprintf("service %s", [setting.service]) if {
	setting.from == "compose"
}

place(setting) := setting.service if {
	setting.from == "kubernetes"
}

place(setting) := setting.path[1] if {
	setting.path[0] == "files"
}
