package service

import (
	"strings"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/typography"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// Facts are the facts about a Compose set.
type Facts struct {
	Services map[string]Service `json:"services"`
	Volumes  []container.Mount  `json:"volumes"`
	// Typography are identifiers with typographic characters.
	Typography []typography.Typo `json:"typography"`
}

// Of returns the facts about a Compose set; roles are those that the configuration gives
// to services.
func Of(p *plan.Plan, doc *plan.Document, roles map[string]string) Facts {
	out := Facts{Services: map[string]Service{}, Volumes: []container.Mount{}, Typography: typography.Find(doc.Model, []any{})}
	all := scope{plan: p, doc: doc, vars: indexVariables(doc.Variables), unset: unsetOf(doc.Variables)}
	containers, _ := Split(doc.Model)
	for name, v := range containers {
		s := all
		s.base, s.svc = []any{"services", name}, value.Object(v)
		out.Services[name] = s.facts(name, roles[name])
	}
	volumes := value.Object(doc.Model["volumes"])
	for _, name := range value.Keys(volumes) {
		opts := value.Object(value.Object(volumes[name])["driver_opts"])
		if device := value.Text(opts["device"]); strings.HasPrefix(device, "/") || strings.HasPrefix(device, "${") {
			out.Volumes = append(out.Volumes, all.mount("bind", device, "", opts["o"] == "ro",
				[]any{"volumes", name, "driver_opts", "device"}))
		}
	}
	return out
}

// Split separates the services that run containers from those that a provider stands
// for: whatever else the file says of the latter, the engine starts no container.
func Split(model map[string]any) (containers, providers map[string]any) {
	containers, providers = map[string]any{}, map[string]any{}
	for name, v := range value.Objects(model["services"]) {
		if value.Object(value.Object(v)["provider"]) != nil {
			providers[name] = v
		} else {
			containers[name] = v
		}
	}
	return containers, providers
}
