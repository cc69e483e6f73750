package stack

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/dast/guard"
)

// FuzzGuard loads a Compose file as a stranger might write it. What the guard accepts
// must hold nothing that owns the machine, by a judge that shares no code with it.
func FuzzGuard(f *testing.F) {
	for _, doc := range []string{
		"services: {w: {image: w, privileged: true}}",
		"services: {w: {image: w, volumes: [\"/:/host\", \"./a:/a\", \"v:/v\"]}}\nvolumes: {v: {driver_opts: {type: none, o: bind, device: /}}}",
		"x-a: &a {pid: host}\nservices: {w: {<<: *a, image: w, network_mode: host}}",
		"services: {w: {image: w, cap_add: [SYS_ADMIN], security_opt: [\"seccomp:unconfined\"]}}",
		"services: {w: {build: {context: .., network: host, ssh: [default]}}}",
		"services: {w: {image: w, configs: [c]}}\nconfigs: {c: {file: /etc/passwd}}",
		"services: {w: {image: w, use_api_socket: true, devices: [/dev/mem], userns_mode: host, ipc: host, uts: host}}",
		"services: {w: {image: w, volumes: [{type: bind, source: out, target: /t}]}}",
		"services: {w: {image: w, post_start: [{command: id, privileged: true}], provider: {type: x}}}",
		"services: {w: {image: w, volumes_from: [\"container:x\"], network_mode: \"container:x\"}}",
		"services: {w: {image: \"${X:-w}\", env_file: [/proc/self/environ]}}",
		"networks: {n: {external: true}}\nservices: {w: {image: w, networks: [n]}}",
	} {
		f.Add(doc)
	}
	root, outside := f.TempDir(), f.TempDir()
	if err := os.Symlink(outside, filepath.Join(root, "out")); err != nil {
		f.Fatal(err)
	}
	tree, err := source.Open(root)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		if len(doc) > 4<<10 {
			return
		}
		if err := os.WriteFile(filepath.Join(root, "compose.yml"), []byte(doc), 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := Load(t.Context(), src(tree, "compose.yml"))
		if err != nil || len(guard.Check(m.Project, guard.Options{Root: tree.Dir(), Strict: true})) > 0 {
			return
		}
		for _, s := range m.Project.Services {
			if why := owns(root, s); why != "" {
				t.Errorf("%q is accepted with %s", doc, why)
			}
		}
		for name, v := range m.Project.Volumes {
			if bool(v.External) || v.DriverOpts["device"] != "" && v.DriverOpts["device"] != "tmpfs" {
				t.Errorf("%q is accepted with volume %s", doc, name)
			}
		}
		for name, n := range m.Project.Networks {
			if bool(n.External) || n.Driver == "host" || n.Driver == "macvlan" || n.Driver == "ipvlan" {
				t.Errorf("%q is accepted with network %s", doc, name)
			}
		}
	})
}

// owns names what a service has that makes it the owner of its machine.
func owns(root string, s types.ServiceConfig) string {
	host := func(mode string) bool { return mode == "host" || strings.HasPrefix(mode, "container:") }
	switch {
	case s.Privileged:
		return "privileged"
	case host(s.Pid), host(s.Ipc), host(s.Uts), host(s.UserNSMode), host(s.NetworkMode), host(s.Cgroup), s.NetworkMode == "bridge":
		return "a namespace of the host"
	case len(s.Devices)+len(s.DeviceCgroupRules)+len(s.Gpus) > 0:
		return "devices"
	case s.UseAPISocket, s.Provider != nil, len(s.PostStart)+len(s.PreStop)+len(s.PreStart) > 0, s.CredentialSpec != nil:
		return "something that runs on the host"
	case slices.ContainsFunc(s.CapAdd, func(c string) bool {
		return strings.Contains(strings.ToUpper(c), "ADMIN") || strings.ToUpper(c) == "ALL"
	}):
		return "capabilities"
	case slices.ContainsFunc(s.SecurityOpt, func(o string) bool { return strings.Contains(o, "unconfined") || strings.Contains(o, "disable") }):
		return "no confinement"
	case s.Build != nil && (s.Build.Privileged || s.Build.Network == "host" || len(s.Build.SSH)+len(s.Build.Secrets)+len(s.Build.Entitlements) > 0):
		return "a build with rights"
	}
	if s.Build != nil && s.Build.Context != "" && !within(root, s.Build.Context) {
		return "a build of " + s.Build.Context
	}
	for _, v := range s.Volumes {
		if v.Type == types.VolumeTypeBind && !within(root, v.Source) {
			return "a mount of " + v.Source
		}
	}
	for _, e := range s.EnvFiles {
		if !within(root, e.Path) {
			return "a file " + e.Path
		}
	}
	return ""
}

// within tells whether a path leads into root, as the kernel would walk it.
func within(root, path string) bool {
	for p := path; ; p = filepath.Dir(p) {
		if real, err := filepath.EvalSymlinks(p); err == nil {
			return real == root || strings.HasPrefix(real, root+"/")
		}
		if p == filepath.Dir(p) {
			return false
		}
	}
}
