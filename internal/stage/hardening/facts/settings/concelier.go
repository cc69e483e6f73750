package settings

import (
	"maps"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
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
		if s.Application == "concelier" && s.From == "file" && !seen[value.Text(s.Path[1])] {
			seen[value.Text(s.Path[1])] = true
			out = append(out, place{value.Text(s.Path[1]), value.Under(s.Path[:2], "content", "values")})
		}
	}
	for i, d := range p.Documents {
		services := value.Object(d.Model["services"])
		for _, name := range slices.Sorted(maps.Keys(services)) {
			if d.Kind == plan.Compose && applicationOf(name, value.Text(value.Object(services[name])["image"])) != "" {
				out = append(out, place{"service " + name, []any{"documents", i, "services", name}})
			}
		}
		if d.Kind != plan.Kubernetes {
			continue
		}
		for _, c := range parts(d.Model) {
			if c.application != "" && c.sort == "containers" {
				out = append(out, place{"container " + c.name, value.Under([]any{"documents", i}, c.path...)})
			}
		}
	}
	return out
}

func isConcelier(values map[string]any) bool {
	for k, v := range values {
		if strings.EqualFold(k, "concelier") || strings.EqualFold(k, "authority") && configfile.IsAuthority(value.Object(v)) {
			return true
		}
	}
	return false
}

// anonymousConcelier reports whether variables name no application but have settings of
// which only Concelier's authority section has some.
func anonymousConcelier(values map[string]any) bool {
	section := map[string]any{}
	for key := range values {
		if rest, ok := strings.CutPrefix(dots(key), "authority."); ok {
			section[strings.SplitN(rest, ".", 2)[0]] = true
		}
	}
	return configfile.IsAuthority(section)
}

// applicationOf recognizes Concelier by a service's name or image.
func applicationOf(name, image string) string {
	for _, s := range []string{strings.ToLower(name), container.ImageName(image)} {
		if slices.Contains(container.WordsOf(s), "concelier") {
			return "concelier"
		}
	}
	return ""
}
