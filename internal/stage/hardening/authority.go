package hardening

import (
	"maps"
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
)

// place is something that is Concelier: a settings file, a service or a container.
type place struct {
	Name string `json:"name"`
	Path []any  `json:"path"`
}

// concelierPlaces are where Concelier is configured and run, settings files first.
func concelierPlaces(p *plan.Plan, list []setting) []place {
	out, seen := []place{}, map[string]bool{}
	for _, s := range list {
		if s.Application == "concelier" && s.From == "file" && !seen[text(s.Path[1])] {
			seen[text(s.Path[1])] = true
			out = append(out, place{text(s.Path[1]), under(s.Path[:2], "content", "values")})
		}
	}
	for i, d := range p.Documents {
		services := object(d.Model["services"])
		for _, name := range slices.Sorted(maps.Keys(services)) {
			if d.Kind == plan.Compose && applicationOf(name, text(object(services[name])["image"])) != "" {
				out = append(out, place{"service " + name, []any{"documents", i, "services", name}})
			}
		}
		if d.Kind != plan.Kubernetes {
			continue
		}
		for _, c := range parts(d.Model) {
			if c.application != "" && c.sort == "containers" {
				out = append(out, place{"container " + c.name, under([]any{"documents", i}, c.path...)})
			}
		}
	}
	return out
}

// secretPath is a path at which settings say that a secret is mounted.
type secretPath struct {
	File string `json:"file"`
	// State is secret when a secret is mounted there, mount when something else is,
	// and none when nothing is.
	State   string `json:"state"`
	Service string `json:"service"`
	Path    []any  `json:"path"`
}

// secretPaths judge where the authority's client secret comes from. A path that holds a
// variable or starts from the working directory cannot be judged.
func secretPaths(p *plan.Plan, list []setting) []secretPath {
	out := []secretPath{}
	for _, s := range list {
		file := text(s.Value)
		if s.Name != "concelier.authority.clientsecretfile" || s.Overridden || !s.Known || !path.IsAbs(file) {
			continue
		}
		if state := mounted(p, s, path.Clean(file)); state != "" {
			out = append(out, secretPath{file, state, s.Service, s.Path})
		}
	}
	return out
}

// mounted tells what stands at a path in the setting's reader, else in whatever is
// deployed; empty when nothing is.
func mounted(p *plan.Plan, s setting, file string) string {
	states := map[string]bool{}
	for _, d := range p.Documents {
		switch d.Kind {
		case plan.Compose:
			for name, v := range object(d.Model["services"]) {
				if s.Service == "" || s.Service == name {
					states[composeMount(object(v), file)] = true
				}
			}
		case plan.Kubernetes:
			for _, c := range parts(d.Model) {
				if s.Service == "" || strings.HasPrefix(s.Service, "ConfigMap/") || s.Service == c.name {
					states[podMount(c.spec, c.obj, file)] = true
				}
			}
		}
	}
	for _, state := range []string{"secret", "mount", "none"} {
		if states[state] {
			return state
		}
	}
	return ""
}

func composeMount(svc map[string]any, file string) string {
	for _, v := range list(svc["secrets"]) {
		target := text(object(v)["target"])
		if target == "" {
			target = text(object(v)["source"])
		}
		if !path.IsAbs(target) {
			target = path.Join("/run/secrets", target)
		}
		if path.Clean(target) == file {
			return "secret"
		}
	}
	for _, key := range []string{"volumes", "configs"} {
		for _, v := range list(svc[key]) {
			if reaches(text(object(v)["target"]), file) {
				return "mount"
			}
		}
	}
	return "none"
}

func podMount(spec, container map[string]any, file string) string {
	state := "none"
	for _, v := range list(container["volumeMounts"]) {
		if !reaches(text(object(v)["mountPath"]), file) {
			continue
		}
		state = "mount"
		for _, vol := range list(spec["volumes"]) {
			if m := object(vol); m["name"] == object(v)["name"] && isSecretVolume(m) {
				return "secret"
			}
		}
	}
	return state
}

func isSecretVolume(v map[string]any) bool {
	for _, src := range list(object(v["projected"])["sources"]) {
		if object(src)["secret"] != nil {
			return true
		}
	}
	return v["secret"] != nil || v["csi"] != nil
}

// reaches tells whether a mount provides a file: it is the file or a directory above.
func reaches(target, file string) bool {
	target = path.Clean("/" + target)
	return target != "/" && (target == file || strings.HasPrefix(file, target+"/"))
}

// bypass is a network whose callers need no token.
type bypass struct {
	Network string `json:"network"`
	// Bits of the address that are fixed, of Of in all.
	Bits     int   `json:"bits"`
	Of       int   `json:"of"`
	Loopback bool  `json:"loopback"`
	Path     []any `json:"path"`
}

// bypasses are the networks that the authority's client lets in without a token. What
// is no network is left to the application, which refuses it.
func bypasses(settings []setting) []bypass {
	out := []bypass{}
	for _, s := range settings {
		if !strings.HasPrefix(s.Name, "concelier.authority.bypassnetworks") || s.Overridden {
			continue
		}
		for _, word := range strings.FieldsFunc(text(s.Value), func(r rune) bool { return strings.ContainsRune(",; ", r) }) {
			if n, ok := network(word); ok {
				out = append(out, bypass{word, n.Bits(), n.Addr().BitLen(), n.Addr().IsLoopback(), s.Path})
			}
		}
	}
	return out
}

func network(s string) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	n, err := netip.ParsePrefix(s)
	return n, err == nil
}
