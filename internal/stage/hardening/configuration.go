package hardening

import (
	"github.com/stella-ops/assure/internal/plan"
)

// configuration are the facts about the repository's configuration.
type configuration struct {
	// Deploys is true when the repository has something that is deployed: a Compose
	// file or a Kubernetes object. Only then can something be missing beside it.
	Deploys bool `json:"deploys"`
	// Anchor is the path at which to report what the repository lacks as a whole.
	Anchor []any `json:"anchor"`
	operations
	cadence
	application
	assurance
}

func configurationFacts(p *plan.Plan, roles map[string]string) configuration {
	c := configuration{
		Anchor: []any{"files"}, operations: operationsFacts(p), cadence: cadenceFacts(p, roles), application: applicationFacts(p),
		assurance: assuranceFacts(p),
	}
	for i, d := range p.Documents {
		if d.Kind == plan.Compose || d.Kind == plan.Kubernetes {
			c.Deploys, c.Anchor = true, []any{"documents", i}
			break
		}
	}
	return c
}

// subjects counts the repository itself once it is seen as a whole.
func (c configuration) subjects(complete bool) int {
	if c.Deploys && complete {
		return 1
	}
	return 0
}

// subject names the configuration file that a path lies in, else the repository.
func (c configuration) subject(path []any) string {
	if len(path) > 1 && path[0] == "files" {
		return text(path[1])
	}
	return "repository"
}
