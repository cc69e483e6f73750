# METADATA
# title: Audit rules do not watch the engine
# description: >-
#   Whoever changes the engine, its settings or the Compose files changes what runs. auditd
#   records it only for files that it watches, and its -w takes no patterns.
# scope: package
# custom:
#   severity: medium
#   controls: [SHG-2.09, SHG-2.10, SHG-2.11]
#   profiles: [guide, strict]
#   remediation: >-
#     Add -w /etc/docker -p wa, one -w for each program such as /usr/bin/dockerd, and one for each
#     deployed Compose file.
#   bad: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- host/audit/rules.d/docker.rules --
#     -w /etc/ssh -p wa
#     -w /usr/bin/docker* -p x
#   good: |
#     -- compose.yaml --
#     services:
#       web:
#         image: registry.example.org/web:1.0
#     -- host/audit/rules.d/docker.rules --
#     -w /etc/docker -p wa
#     -w /usr/bin/dockerd -p x
#     -w /opt/stack/compose.yaml -p wa
package policies.config.audit_watch

wanted := {
	"/etc/docker": `^/etc/docker(/|$)|^/etc/?$`,
	"the programs in /usr/bin/docker*": `^/usr/bin/(docker|containerd|runc)[a-z-]*$`,
	"the Compose files": `compose[^/]*\.ya?ml$|^/opt/|^/srv/`,
}

subjects contains what if {
	is_array(input.facts.host.audit)
	some what, _ in wanted
}

results contains result if {
	some what in subjects
	count([file | some file in input.facts.host.watches; regex.match(wanted[what], file)]) == 0
	result := {
		"message": sprintf("no audit rule watches %s", [what]),
		"path": input.facts.host.audit,
		"whole": true,
		"subject": what,
	}
}
