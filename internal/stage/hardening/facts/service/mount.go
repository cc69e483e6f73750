package service

import (
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

func (s scope) mounts() []container.Mount {
	out := []container.Mount{}
	for i, v := range value.List(s.svc["volumes"]) {
		at := s.at("volumes", i)
		if m := value.Object(v); m != nil {
			readOnly, _ := m["read_only"].(bool)
			mt := s.mount(value.Text(m["type"]), value.Text(m["source"]), value.Text(m["target"]), readOnly, at)
			mt.Propagation = value.Text(value.Object(m["bind"])["propagation"])
			out = append(out, mt)
			continue
		}
		out = append(out, s.shortMount(value.Text(v), at))
	}
	return out
}

// mount judges a mount by what the engine reads. Compose takes a short source that begins
// with a variable for the name of a volume, but its value may be a path of the host.
func (s scope) mount(kind, source, target string, readOnly bool, at []any) container.Mount {
	judged := kind
	if kind == "volume" && strings.HasPrefix(source, "${") {
		judged = "bind"
	}
	m := container.NewMount(s.plan.Root, judged, s.inForce(source), target, readOnly, at)
	m.Type, m.Source = kind, source
	return m
}

// shortMount reads source:target[:options]; a lone path is an anonymous volume.
func (s scope) shortMount(v string, at []any) container.Mount {
	parts := strings.Split(v, ":")
	if len(parts) == 1 {
		return container.Mount{Type: "volume", Target: v, Path: at}
	}
	kind := "volume"
	if strings.ContainsAny(parts[0][:min(1, len(parts[0]))], "/.~$") {
		kind = "bind"
	}
	var options []string
	if len(parts) > 2 {
		options = strings.Split(parts[2], ",")
	}
	m := s.mount(kind, parts[0], parts[1], slices.Contains(options, "ro"), at)
	for _, o := range options {
		if strings.Trim(o, "r") == "shared" || strings.Trim(o, "r") == "slave" {
			m.Propagation = o
		}
	}
	return m
}
