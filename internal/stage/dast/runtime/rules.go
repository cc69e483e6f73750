package runtime

import "github.com/stella-ops/assure/internal/finding"

// Rules lists every rule that this package can judge.
func Rules() []finding.Rule {
	rule := func(id, title, description, remediation string, s finding.Severity, cwe string, controls ...string) finding.Rule {
		return finding.Rule{ID: id, Title: title, Description: description, Remediation: remediation, Severity: s, Tags: []string{cwe}, Controls: controls}
	}
	return []finding.Rule{
		rule(RootRule, "The running container is not root",
			"A process that runs as root, or as the group root, owns every file of its container and is one mistake of the kernel away from the machine. This was seen on the running container.",
			"Set a numeric user that is not 0, for example `user: \"10001:10001\"`.", finding.High, "CWE-250", "SHG-3.03"),
		rule(WritableRule, "The running container's root file system is read-only",
			"Whoever breaks into a container with a writable root file system can replace its programs and stay. This was seen on the running container.",
			"Set `read_only: true` and give scratch space as `tmpfs`.", finding.High, "CWE-732", "SHG-3.04"),
		rule(CapsRule, "The running container has dropped all capabilities",
			"Capabilities are slices of root's power; the engine's default set holds more than a dozen. This was seen on the running container.",
			"Set `cap_drop: [ALL]` and add back NET_BIND_SERVICE at most.", finding.High, "CWE-250", "SHG-3.09"),
		rule(PrivsRule, "The running container cannot gain privileges",
			"Without no-new-privileges a set-uid program in the image turns an ordinary user into root. This was seen on the running container.",
			"Set `security_opt: [\"no-new-privileges:true\"]`.", finding.High, "CWE-269", "SHG-3.05"),
		rule(SeccompRule, "The running container's system calls are filtered",
			"Without a seccomp filter every system call of the kernel is attack surface. This was seen on the running container.",
			"Remove `seccomp=unconfined`, and use an engine that has seccomp.", finding.Critical, "CWE-693", "SHG-3.08"),
		rule(ProfileRule, "The service under test has a seccomp profile of its own",
			"The engine's default profile allows what any program may need; a profile of the service's own allows only what it does need. This was seen on the running container.",
			"Commit a profile and name it, for example `security_opt: [\"seccomp:./seccomp-backend.json\"]`.", finding.Medium, "CWE-693", "SHG-3.06"),
		rule(ExposedRule, "Data stores are not reachable from the host",
			"A published port of Valkey, Redis or PostgreSQL is open to everybody who reaches the machine, whatever its firewall says, because the engine writes its own rules.",
			"Remove `ports` from the store; other services reach it by its name.", finding.Critical, "CWE-668", "SHG-4.05"),
	}
}
