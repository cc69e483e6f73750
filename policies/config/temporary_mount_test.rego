package policies.config.temporary_mount_test

import data.policies.config.temporary_mount as rule

machine(target, options) := {"facts": {"host": {"mounts": [{"target": target, "options": options, "path": ["files", "fstab"]}]}}}

test_fires_on_missing_options if {
	some r in rule.results with input as machine("/tmp", ["nosuid"])
	r.path == ["files", "fstab"]
	count(rule.results) == 1 with input as machine("/var/tmp", ["noexec"])
}

test_silent_on_hardened_mounts if {
	count(rule.results) == 0 with input as machine("/tmp", ["noexec", "nosuid"])
	count(rule.results) == 0 with input as machine("/data", [])
}
