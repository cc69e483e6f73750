package monitoring

import (
	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// placed is a value with its path.
type placed struct {
	path  []any
	value any
}

// ruleGroups are the lists of groups, files before objects.
func ruleGroups(p *plan.Plan) []placed {
	var out []placed
	for _, f := range filesOf(p, configfile.AlertRules) {
		out = append(out, placed{value.Under(f.path, "groups"), value.Object(f.value)["groups"]})
	}
	for i, d := range p.Documents {
		if groups := value.Lookup(d.Model, []any{"spec", "groups"}); d.Kind == plan.Kubernetes && d.Model["kind"] == "PrometheusRule" && groups != nil {
			out = append(out, placed{[]any{"documents", i, "spec", "groups"}, groups})
		}
	}
	return out
}
