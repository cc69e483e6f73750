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
		rule(HostRule, "The running container is kept apart from the host",
			"A privileged container, one that shares a namespace of the host, or one that has the engine's socket owns the machine. This was seen on the running container.",
			"Remove `privileged`, `pid: host` and their like, and mounts of the engine's socket and of system directories.", finding.Critical, "CWE-250", "SHG-3.42", "SHG-3.43", "SHG-3.44", "SHG-2.13"),
		rule(TmpfsRule, "Mounts in memory are bounded and hold no programs",
			"A tmpfs without a size fills the machine's memory; one with programs gives an intruder a place for tools. This was seen on the running container.",
			"Write the size and leave the engine's options alone, for example `tmpfs: [\"/tmp:size=64m\"]`.", finding.Medium, "CWE-770", "SHG-3.12", "SHG-3.13"),
		rule(NetworkRule, "Containers are on bridge networks",
			"On the host's own network, or on one that reaches beyond the machine, a service is open to everybody there.",
			"Put the services on a named network with the driver `bridge`.", finding.Medium, "CWE-668", "SHG-3.39"),
		rule(LimitsRule, "Memory and processes are limited",
			"One service without limits takes the whole machine down with it.",
			"Set `mem_limit` and `pids_limit`, or `deploy.resources.limits`.", finding.Low, "CWE-770", "SHG-3.46"),
		rule(DigestRule, "Images run by digest",
			"A tag can be moved to another image after the review; a digest cannot.",
			"Name the image as `name:tag@sha256:...`.", finding.Medium, "CWE-494", "SHG-6.01"),
		rule(VisibleRule, "No secret is on a command line",
			"Command lines are shown by ps to every user of the machine, and by the engine to everybody who may ask it. This was seen on the running container.",
			"Give secrets as files, for example with Compose `secrets`, and the file's path as the setting.", finding.High, "CWE-214", "SHG-3.31"),
		rule(FilesRule, "Secret files belong to their owner alone",
			"The offline token and the signing key open everything; whoever reads them is the service. The file's mode was seen in the running container.",
			"Give the file the mode 0600 and mount it read-only.", finding.High, "CWE-732", "SHG-5.02", "SHG-5.06"),
		rule(FallbackRule, "Anonymous callers are refused",
			"The fallback for anonymous callers was for the migration; the guide wants it off before 2025-12-31, so that /jobs* always demands a token.",
			"Set `authority.allowAnonymousFallback: false`.", finding.Critical, "CWE-306", "SHG-7.21"),
		rule(LogsRule, "The log is JSON",
			"Shippers and alerts read fields; free text has none, and a line break in it forges an entry. This was seen in the log of the running container.",
			"Write one JSON object a line, for example with Serilog's `CompactJsonFormatter`.", finding.Low, "CWE-117", "SHG-7.01"),
		rule(LeakRule, "No secret is in the log",
			"Logs are copied to many places and kept for long. A secret that the test gave to the stack was found in one.",
			"Do not log configuration and requests as a whole; lower the log level to Information.", finding.High, "CWE-532", "SHG-7.24"),
	}
}
