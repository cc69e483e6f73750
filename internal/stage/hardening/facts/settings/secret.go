package settings

import (
	"path"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// secretPath is a path at which settings expect a secret.
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
		file := value.Text(s.Value)
		if s.Name != "concelier.authority.clientsecretfile" || s.Overridden || !s.Known || !path.IsAbs(file) {
			continue
		}
		if state := mounted(p, s, path.Clean(file)); state != "" {
			out = append(out, secretPath{file, state, s.Service, s.Path})
		}
	}
	return out
}

// mounted names what is at a path in the setting's reader, else in whatever is
// deployed; empty when nothing is.
func mounted(p *plan.Plan, s setting, file string) string {
	states := map[string]bool{}
	for _, d := range p.Documents {
		switch d.Kind {
		case plan.Compose:
			for name, v := range value.Object(d.Model["services"]) {
				if s.Service == "" || s.Service == name {
					states[composeMount(value.Object(v), file)] = true
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
	for _, v := range value.List(svc["secrets"]) {
		target := value.Text(value.Object(v)["target"])
		if target == "" {
			target = value.Text(value.Object(v)["source"])
		}
		if !path.IsAbs(target) {
			target = path.Join("/run/secrets", target)
		}
		if path.Clean(target) == file {
			return "secret"
		}
	}
	for _, key := range []string{"volumes", "configs"} {
		for _, v := range value.List(svc[key]) {
			if reaches(value.Text(value.Object(v)["target"]), file) {
				return "mount"
			}
		}
	}
	return "none"
}

func podMount(spec, container map[string]any, file string) string {
	state := "none"
	for _, v := range value.List(container["volumeMounts"]) {
		if !reaches(value.Text(value.Object(v)["mountPath"]), file) {
			continue
		}
		state = "mount"
		for _, vol := range value.List(spec["volumes"]) {
			if m := value.Object(vol); m["name"] == value.Object(v)["name"] && isSecretVolume(m) {
				return "secret"
			}
		}
	}
	return state
}

func isSecretVolume(v map[string]any) bool {
	for _, src := range value.List(value.Object(v["projected"])["sources"]) {
		if value.Object(src)["secret"] != nil {
			return true
		}
	}
	return v["secret"] != nil || v["csi"] != nil
}

// reaches reports whether a mount provides a file: it is the file or a directory above.
func reaches(target, file string) bool {
	target = path.Clean("/" + target)
	return target != "/" && (target == file || strings.HasPrefix(file, target+"/"))
}
