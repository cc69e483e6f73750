package service

import (
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// tmpfs is a memory-backed mount of the short form (tmpfs: key) or the long one
// (volumes: with type tmpfs).
type tmpfs struct {
	Target string `json:"target"`
	// Size is true when the mount has a bound.
	Size bool `json:"size"`
	// Exec is true when programs may run from it. The engine adds noexec by itself.
	Exec bool `json:"exec"`
	// Invalid are the options that the engine refuses.
	Invalid []string `json:"invalid"`
	// Valid is the short form without them.
	Valid string `json:"valid"`
	Path  []any  `json:"path"`
}

// tmpfsFlags are the words that the engine takes for a tmpfs (moby, sys/mount,
// MergeTmpfsOptions on Linux).
const tmpfsFlags = " defaults ro rw suid nosuid dev nodev exec noexec sync async dirsync remount mand nomand" +
	" atime noatime diratime nodiratime bind rbind unbindable runbindable private rprivate shared rshared" +
	" slave rslave relatime norelatime strictatime nostrictatime "

// tmpfsData are the options that take a value.
const tmpfsData = " size mode uid gid nr_inodes nr_blocks mpol "

func (s scope) tmpfs() []tmpfs {
	out := []tmpfs{}
	for i, v := range value.List(s.svc["tmpfs"]) {
		at := s.at("tmpfs", i)
		if _, isList := s.svc["tmpfs"].([]any); !isList {
			at = s.at("tmpfs")
		}
		out = append(out, parseTmpfs(value.Text(v), at))
	}
	for i, v := range value.List(s.svc["volumes"]) {
		m := value.Object(v)
		if value.Text(m["type"]) != "tmpfs" {
			continue
		}
		size := value.Text(value.Object(m["tmpfs"])["size"])
		out = append(out, tmpfs{Target: value.Text(m["target"]), Size: size != "" && size != "0",
			Invalid: []string{}, Path: s.at("volumes", i)})
	}
	return out
}

// parseTmpfs reads target[:option,...].
func parseTmpfs(s string, at []any) tmpfs {
	target, options, _ := strings.Cut(s, ":")
	t := tmpfs{Target: target, Invalid: []string{}, Valid: s, Path: at}
	if options == "" {
		return t
	}
	var kept []string
	for _, o := range strings.Split(options, ",") {
		name, value, valued := strings.Cut(o, "=")
		switch {
		case valued && strings.Contains(tmpfsData, " "+name+" "):
			t.Size = t.Size || name == "size" && value != "" && value != "0"
		case !valued && name != "" && strings.Contains(tmpfsFlags, " "+name+" "):
			t.Exec = name == "exec" || t.Exec && name != "noexec"
		default:
			t.Invalid = append(t.Invalid, o)
			continue
		}
		kept = append(kept, o)
	}
	t.Valid = strings.TrimSuffix(target+":"+strings.Join(kept, ","), ":")
	return t
}
