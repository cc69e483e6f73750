package policies.lib.settings_test

import data.policies.lib.settings

fact(from, name, path) := {
	"name": name, "value": "x", "known": true, "from": from, "service": "c",
	"overridden": false, "path": path,
}

test_overridden_settings_do_not_count if {
	weak := object.union(fact("file", "a.b", ["files", "x"]), {"overridden": true})
	count(settings.live) == 0 with input as {"facts": {"settings": [weak]}}
	count(settings.live) == 1 with input as {"facts": {"settings": [fact("file", "a.b", ["files", "x"])]}}
}

test_environment_of_compose_is_left_to_its_rules if {
	named := fact("compose", "concelier.authority.enabled", ["documents", 0, "services", "c", "environment", "CONCELIER_AUTHORITY__ENABLED"])
	other := fact("compose", "concelier.authority.enabled", ["documents", 0, "services", "c", "environment", "Concelier:Authority:Enabled"])
	settings.authority == {other} with input as {"facts": {"settings": [named, other]}}
}

test_place if {
	settings.place(fact("compose", "a", ["documents", 0])) == "service c"
	settings.place(fact("kubernetes", "a", ["documents", 0])) == "c"
	settings.place(fact("variables", "a", ["files", ".env"])) == ".env"
}

test_doubts if {
	subjects({"path": ["files", "a.json"], "service": "", "known": true}) == {["files", "a.json"]}
	subjects({"path": ["documents", 0], "service": "web", "known": false}) == {["documents", 0]}
}

test_no_doubts if {
	subjects({"path": ["files", "a.json"], "service": "web", "known": true}) == set()
	subjects({"path": ["documents", 0], "service": "web", "known": true}) == set()
}

subjects(setting) := found if {
	doubts := settings.doubts with input as {"facts": {"settings": [object.union(setting, {"overridden": false})]}}
	found := {doubt.subject | some doubt in doubts}
}
