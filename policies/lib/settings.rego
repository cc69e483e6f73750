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

# doubts are the settings that may not hold: nothing is known to read their file, or their
# value is a variable's. They are ready for a rule's set of unknown subjects.
doubts contains {"subject": setting.path, "reason": "no service of the repository is known to read the file", "path": setting.path} if {
	some setting in live
	setting.path[0] == "files"
	object.get(setting, "service", "") == ""
}

doubts contains {"subject": setting.path, "reason": "its value is filled in elsewhere", "path": setting.path} if {
	some setting in live
	setting.known == false
}
