package repository

import (
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/settings"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// machine is what the repository sets up on machines.
type machine struct {
	Mounts  []hostMount `json:"mounts"`
	Watches []string    `json:"watches"`
	// Audit is the path of a file of auditd's rules, nil without one.
	Audit []any `json:"audit"`
}

// hostMount is a file system of the machine.
type hostMount struct {
	Target  string   `json:"target"`
	Options []string `json:"options"`
	Path    []any    `json:"path"`
}

func newMachine(files map[string]any) machine {
	h := machine{Mounts: []hostMount{}, Watches: []string{}}
	for _, name := range value.Keys(files) {
		f := value.Object(files[name])
		if f["family"] != "host" || settings.IsTrial(name) {
			continue
		}
		content := value.Object(f["content"])
		for i, item := range value.List(content["mounts"]) {
			m := hostMount{value.Text(value.Object(item)["target"]), []string{}, value.InFile(name, "mounts", i)}
			for _, o := range value.List(value.Object(item)["options"]) {
				m.Options = append(m.Options, strings.TrimSpace(value.Text(o)))
			}
			h.Mounts = append(h.Mounts, m)
		}
		watches := value.List(content["watches"])
		for _, w := range watches {
			h.Watches = append(h.Watches, value.Text(value.Object(w)["path"]))
		}
		if h.Audit == nil && (len(watches) > 0 || strings.HasSuffix(name, ".rules")) {
			h.Audit = value.InFile(name)
			if len(watches) > 0 {
				h.Audit = value.InFile(name, "watches", 0)
			}
		}
	}
	return h
}
