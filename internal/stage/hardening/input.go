package hardening

import (
	"fmt"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/dockerfile"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/repository"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/service"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/workload"
)

// input is what rules see as the variable of that name. Its shape is a contract with
// every pack: keys are added, never changed.
type input map[string]any

// input builds the input of one document.
func (s *Stage) input(p *plan.Plan, c *workload.Cluster, doc *plan.Document) input {
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
			in[key] = value.Objects(doc.Model[key])
		}
		in["facts"] = service.Of(p, doc, s.cfg.Roles)
	case plan.Kubernetes:
		in["object"] = doc.Model
		in["complete"] = !p.Partial && c.Whole()
		in["facts"] = c.Facts(doc)
		if s.places {
			in["object_with_places"], in["places"] = policy.WithPlaces(doc.Model)
		}
	case plan.Dockerfile:
		in["stages"] = value.List(doc.Model["stages"])
		in["facts"] = dockerfile.Of(doc.Model)
	case plan.Config:
		in["files"] = value.Object(doc.Model["files"])
		in["complete"] = !p.Partial
		in["facts"] = repository.Of(p, s.cfg.Roles)
	}
	return in
}

// subjects counts what a rule judges in this document unless it says so itself:
// services, containers, stages or, once, the repository. An object without containers
// proves nothing about them.
func (in input) subjects() int {
	switch f := in["facts"].(type) {
	case service.Facts:
		return len(f.Services)
	case workload.Facts:
		return len(f.Containers)
	case dockerfile.Facts:
		return len(f.Stages)
	case repository.Facts:
		return f.Subjects(in["complete"] == true)
	}
	return 0
}

// subject names what a path belongs to: a service, Kind/name/container, a
// stage, a configuration file or the repository.
func (in input) subject(path []any) string {
	switch f := in["facts"].(type) {
	case service.Facts:
		if len(path) > 1 {
			return fmt.Sprint(path[1])
		}
	case workload.Facts:
		return f.Subject(path)
	case dockerfile.Facts:
		return f.Subject(path)
	case repository.Facts:
		return f.Subject(path)
	}
	return ""
}
