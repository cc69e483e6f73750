package service

import (
	"path"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// scope is where facts about one service are gathered.
type scope struct {
	plan *plan.Plan
	doc  *plan.Document
	vars variables
	unset
	base []any
	svc  map[string]any
}

// evidence is what decides the service's role.
func (s scope) evidence(f Service) container.Evidence {
	e := container.Evidence{Image: s.svc["image"], Environment: value.Object(s.svc["environment"]), Words: f.Words}
	for _, p := range f.Ports {
		e.Ports = append(e.Ports, container.PortSpan{First: p.First, Last: p.Last})
	}
	return e
}

// at is a path below the service.
func (s scope) at(steps ...any) []any { return value.Under(s.base, steps...) }

// dir is the project directory as a slash path from the root.
func (s scope) dir() string { return path.Dir(s.doc.Name) }
