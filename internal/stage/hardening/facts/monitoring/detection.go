package monitoring

import (
	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/plan"
)

// detections are the facts about the rules of the SIEM.
type detections struct {
	// Anchor is where to report that a detection is missing, empty without any rule in
	// Sigma or LogQL.
	Anchor []any       `json:"anchor"`
	Rules  []detection `json:"rules"`
}

// detection is one rule that looks at events: Sigma, or an alert on logs or metrics.
type detection struct {
	Name string `json:"name"`
	// Catches are the names of the incidents that it separates from their harmless twins.
	Catches []string `json:"catches"`
	Path    []any    `json:"path"`
	// Problem says why the rule was not understood.
	Problem string `json:"problem,omitempty"`
}

// newDetections looks at Sigma rules and at all alerts.
func newDetections(p *plan.Plan, alerts alerts) detections {
	out := detections{Anchor: []any{}, Rules: []detection{}}
	for _, f := range filesOf(p, configfile.SIEM) {
		out.add(sigmaRule(f), true)
	}
	for _, a := range alerts.Rules {
		d := detection{Name: a.Name, Path: a.Path, Catches: []string{}}
		for _, i := range incidents {
			if i.caughtBy(a.Conditions) {
				d.Catches = append(d.Catches, i.name)
			}
		}
		out.add(d, a.Language == "logql")
	}
	return out
}

func (d *detections) add(rule detection, siem bool) {
	d.Rules = append(d.Rules, rule)
	if siem && len(d.Anchor) == 0 {
		d.Anchor = rule.Path
	}
}
