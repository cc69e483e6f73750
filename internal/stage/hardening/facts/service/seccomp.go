package service

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
)

// seccomp is a profile that a service names.
type seccomp struct {
	Value string `json:"value"`
	// File is the profile's path from the repository's root, empty when it lies
	// elsewhere.
	File string `json:"file"`
	// State is unconfined, builtin, outside, missing, invalid, allows or denies.
	State string `json:"state"`
	// Risky are system calls that the profile allows without need.
	Risky []string `json:"risky"`
	Path  []any    `json:"path"`
}

const maxProfileBytes = 1 << 20

func (s scope) seccomp(options []option) *seccomp {
	var found *seccomp
	for _, o := range options {
		if o.Key == "seccomp" {
			found = &seccomp{Value: o.Value, Path: o.Path, Risky: []string{}}
		}
	}
	if found == nil {
		return nil
	}
	if found.Value == "unconfined" || found.Value == "builtin" {
		found.State = found.Value
		return found
	}
	found.File = s.inside(found.Value)
	if found.File == "" || s.plan.Tree == nil {
		found.File, found.State = "", "outside"
		return found
	}
	data, err := s.plan.Tree.Read(found.File, maxProfileBytes)
	if err != nil {
		found.State = "missing"
		return found
	}
	found.State, found.Risky = judgeProfile(data)
	return found
}

// inside turns a path of a Compose file into one from the root, empty when it leads
// out of the repository.
func (s scope) inside(name string) string {
	if root := s.plan.Root; root != "" && strings.HasPrefix(name, root+"/") {
		return path.Clean(strings.TrimPrefix(name, root+"/"))
	}
	if path.IsAbs(name) || strings.HasPrefix(name, "~") {
		return ""
	}
	name = path.Join(s.dir(), name)
	if name == ".." || strings.HasPrefix(name, "../") {
		return ""
	}
	return name
}

// riskyCalls are system calls that the engine's own profile withholds from containers
// without capabilities and that lead out of them.
var riskyCalls = []string{
	"add_key", "bpf", "delete_module", "finit_module", "init_module", "kexec_load", "keyctl", "mount",
	"open_by_handle_at", "pivot_root", "ptrace", "reboot", "request_key", "setns", "umount2", "unshare", "userfaultfd",
}

// profile is the part of a seccomp profile that decides.
type profile struct {
	DefaultAction string `json:"defaultAction"`
	Syscalls      []struct {
		Name     string          `json:"name"`
		Names    []string        `json:"names"`
		Action   string          `json:"action"`
		Includes json.RawMessage `json:"includes"`
	} `json:"syscalls"`
}

func judgeProfile(data []byte) (state string, risky []string) {
	risky = []string{}
	var p profile
	if json.Unmarshal(data, &p) != nil || p.DefaultAction == "" {
		return "invalid", risky
	}
	if p.DefaultAction == "SCMP_ACT_ALLOW" || p.DefaultAction == "SCMP_ACT_LOG" {
		return "allows", risky
	}
	for _, c := range p.Syscalls {
		// Calls that a capability unlocks stay locked when all are dropped.
		if c.Action != "SCMP_ACT_ALLOW" || strings.Contains(string(c.Includes), "caps") {
			continue
		}
		for _, n := range append(c.Names, c.Name) {
			if slices.Contains(riskyCalls, n) {
				risky = append(risky, n)
			}
		}
	}
	slices.Sort(risky)
	return "denies", slices.Compact(risky)
}
