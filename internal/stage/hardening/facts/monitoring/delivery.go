package monitoring

import (
	"slices"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// delivery is where one Alertmanager sends alerts.
type delivery struct {
	// Path leads to its route.
	Path []any `json:"path"`
	// Critical are the receivers of critical alerts.
	Critical []receiver `json:"critical"`
}

// deliveries reads the files and the objects of kind AlertmanagerConfig.
func deliveries(p *plan.Plan) []delivery {
	out := []delivery{}
	for _, f := range filesOf(p, configfile.Alertmanager) {
		out = append(out, deliver(value.Object(f.value), f.path))
	}
	for i, d := range p.Documents {
		if spec := value.Object(d.Model["spec"]); d.Kind == plan.Kubernetes && d.Model["kind"] == "AlertmanagerConfig" && spec != nil {
			out = append(out, deliver(spec, []any{"documents", i, "spec"}))
		}
	}
	return out
}

// deliver follows a critical alert through the routes. The label that marks one is
// severity=critical, or what the routes themselves look for.
func deliver(config map[string]any, path []any) delivery {
	d := delivery{Path: value.Under(path, "route"), Critical: []receiver{}}
	marks := append([]map[string]string{{"severity": "critical"}}, marksOf(config["route"], map[string]string{}, 0)...)
	for _, mark := range marks {
		for _, name := range route(value.Object(config["route"]), mark, 0) {
			if r, ok := receiverOf(config, path, name); ok && !slices.ContainsFunc(d.Critical, r.same) {
				d.Critical = append(d.Critical, r)
			}
		}
	}
	return d
}
