// Package repository holds the facts about the repository as a whole.
package repository

import (
	"maps"
	"slices"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/monitoring"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/settings"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// Facts are the facts about the repository's configuration.
type Facts struct {
	// Deploys is true when the repository has something that is deployed: a Compose
	// file or a Kubernetes object. Only then can something be missing beside it.
	Deploys bool `json:"deploys"`
	// Anchor is the path at which to report what the repository lacks as a whole.
	Anchor []any `json:"anchor"`
	// Readers are the services that are given a file of the repository, by its name.
	Readers map[string]string `json:"readers"`
	// Names are those by which the services that are deployed find each other.
	Names []string `json:"names"`
	monitoring.Operations
	cadence
	settings.Application
	assurance
}

// Of returns the facts about the plan; roles are those that the configuration gives to
// services.
func Of(p *plan.Plan, roles map[string]string) Facts {
	c := Facts{
		Anchor: []any{"files"}, Operations: monitoring.Of(p), cadence: newCadence(p, roles), Application: settings.Of(p),
		assurance: newAssurance(p), Readers: settings.Readers(p), Names: names(p),
	}
	for _, d := range p.Documents {
		if d.Kind == plan.Compose || d.Kind == plan.Kubernetes {
			c.Deploys = true
			break
		}
	}
	return c
}

// names are the Compose services and the Services of Kubernetes.
func names(p *plan.Plan) []string {
	found := map[string]bool{}
	for _, d := range p.Documents {
		switch {
		case d.Kind == plan.Compose:
			for name := range value.Object(d.Model["services"]) {
				found[name] = true
			}
		case d.Kind == plan.Kubernetes && d.Model["kind"] == "Service":
			found[value.Text(value.Lookup(d.Model, []any{"metadata", "name"}))] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// Subjects counts the repository itself once it is seen as a whole.
func (c Facts) Subjects(complete bool) int {
	if c.Deploys && complete {
		return 1
	}
	return 0
}

// Subject names the configuration file that a path lies in, else the repository.
func (c Facts) Subject(path []any) string {
	if len(path) > 1 && path[0] == "files" {
		return value.Text(path[1])
	}
	return "repository"
}
