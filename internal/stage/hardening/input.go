package hardening

import (
	"fmt"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/policy"
)

// input is what rules see as the variable of that name. Its shape is a contract with
// every pack: keys are added, never changed.
type input map[string]any

// input builds the input of one document.
func (s *Stage) input(p *plan.Plan, c *cluster, doc *plan.Document) input {
	in := input{
		"kind":      string(doc.Kind),
		"name":      doc.Name,
		"raw":       doc.Raw,
		"variables": doc.Variables,
		"params":    map[string]any{"profile": s.cfg.Profile},
	}
	switch doc.Kind {
	case plan.Compose:
		for _, key := range []string{"services", "networks", "volumes", "secrets", "configs"} {
			in[key] = objects(doc.Model[key])
		}
		in["facts"] = composeFacts(p, doc, s.cfg.Roles)
	case plan.Kubernetes:
		in["object"] = doc.Model
		in["complete"] = !p.Partial && c.whole()
		in["facts"] = kubernetesFacts(c, c.of(doc))
		if s.places {
			in["object_with_places"], in["places"] = policy.WithPlaces(doc.Model)
		}
	case plan.Dockerfile:
		in["stages"] = list(doc.Model["stages"])
		in["facts"] = dockerfileFacts(doc.Model)
	case plan.Config:
		in["files"] = object(doc.Model["files"])
		in["complete"] = !p.Partial
		in["facts"] = configurationFacts(p, s.cfg.Roles)
	}
	return in
}

// subjects counts what a rule judges in this document unless it says so itself:
// services, containers, stages or, once, the repository. An object without containers
// proves nothing about them.
func (in input) subjects() int {
	switch f := in["facts"].(type) {
	case compose:
		return len(f.Services)
	case kubernetes:
		return len(f.Containers)
	case dockerfile:
		return len(f.Stages)
	case configuration:
		return f.subjects(in)
	}
	return 0
}

// subject names what a path belongs to: a service, Kind/name/container, a
// stage, a configuration file or the repository.
func (in input) subject(path []any) string {
	switch f := in["facts"].(type) {
	case compose:
		if len(path) > 1 {
			return fmt.Sprint(path[1])
		}
	case kubernetes:
		return f.subject(path)
	case dockerfile:
		return f.subject(path)
	case configuration:
		return f.subject(path)
	}
	return ""
}

// objects returns v as a mapping whose values are mappings, so that rules need not ask
// whether a network or volume without settings is null.
func objects(v any) map[string]any {
	out := map[string]any{}
	for k, item := range object(v) {
		out[k] = map[string]any{}
		if m := object(item); m != nil {
			out[k] = m
		}
	}
	return out
}

// object returns v as a mapping, nil when it is none.
func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// list returns v as a list; a single value is a list of one, nothing an empty one.
func list(v any) []any {
	switch l := v.(type) {
	case nil:
		return []any{}
	case []any:
		return l
	case []string:
		out := make([]any, len(l))
		for i, s := range l {
			out[i] = s
		}
		return out
	default:
		return []any{v}
	}
}

// text returns a scalar as written in YAML, empty for nothing.
func text(v any) string {
	switch s := v.(type) {
	case nil, map[string]any, []any:
		return ""
	case string:
		return s
	default:
		return fmt.Sprint(s)
	}
}

// under returns base with further steps, never sharing its memory.
func under(base []any, steps ...any) []any {
	return append(append(make([]any, 0, len(base)+len(steps)), base...), steps...)
}

// lookup follows a path, nil when it ends early.
func lookup(v any, path []any) any {
	for _, step := range path {
		switch k := step.(type) {
		case string:
			v = object(v)[k]
		case int:
			l, _ := v.([]any)
			if k < 0 || k >= len(l) {
				return nil
			}
			v = l[k]
		}
	}
	return v
}
