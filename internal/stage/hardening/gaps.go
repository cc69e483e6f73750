package hardening

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/workload"
)

// crashed is the gap of a document on which the program failed.
func crashed(doc *plan.Document, cause any) finding.Gap {
	return lost(doc, gap.Crashed, fmt.Sprintf("the program failed while it judged %s: %v", called(doc), cause))
}

// stopped is the gap of a document on which rules gave no answer.
func (s *Stage) stopped(doc *plan.Document, err error) finding.Gap {
	if errors.Is(err, context.DeadlineExceeded) {
		return placed(doc, lost(doc, gap.NotEvaluated, fmt.Sprintf("%s was not judged: the rules did not finish within %s; split it", called(doc), s.limit)))
	}
	g := lost(doc, gap.NotEvaluated, fmt.Sprintf("%s was not judged: %v", called(doc), err))
	g.Remediation = "Correct the rule at the place that the message names."
	return placed(doc, g)
}

// apart is the gap of objects that were judged each by itself, because they could not be
// joined with each other.
func apart(p *plan.Plan, err error) finding.Gap {
	i := slices.IndexFunc(p.Documents, func(d plan.Document) bool { return d.Kind == plan.Kubernetes })
	g := lost(&p.Documents[max(0, i)], gap.TooMany, err.Error())
	if !errors.Is(err, workload.ErrTooMany) {
		g.Rule = gap.Crashed
	}
	g.Subject = "all objects"
	return g
}

// unseen are the parts of a document that no rule can judge.
func unseen(doc *plan.Document, in input) []finding.Gap {
	if f, ok := in["facts"].(workload.Facts); ok {
		return slices.Concat(flawed(doc, f, f.Malformed, gap.ObjectMalformed), flawed(doc, f, f.Opaque, gap.CustomWorkload))
	}
	if doc.Kind != plan.Compose || len(value.Object(doc.Model["jobs"])) == 0 {
		return nil
	}
	at, _ := locate(doc, []any{"jobs"})
	return []finding.Gap{{
		Rule: gap.ComposeItem, Location: at, Subject: "jobs", Message: "no rule judges the jobs section",
		Remediation: "Describe the job as a service with a profile.",
	}}
}

func flawed(doc *plan.Document, facts workload.Facts, list []workload.Flaw, rule string) (out []finding.Gap) {
	for _, f := range list {
		at, _ := locate(doc, f.Path)
		out = append(out, finding.Gap{Rule: rule, Location: at, Subject: facts.Subject(f.Path), Message: f.Message})
	}
	return out
}

// lost is the gap of a whole document.
func lost(doc *plan.Document, rule, message string) finding.Gap {
	g := finding.Gap{Rule: rule, Location: finding.Top(doc.Name), Message: message}
	if doc.Kind == plan.Kubernetes {
		g.Subject = object(doc)
	}
	return g
}

// placed puts a gap where its object begins.
func placed(doc *plan.Document, g finding.Gap) finding.Gap {
	if doc.Kind == plan.Kubernetes {
		g.Location, _ = locate(doc, nil)
	}
	return g
}

// called is what messages call a document.
func called(doc *plan.Document) string {
	switch doc.Kind {
	case plan.Kubernetes:
		return object(doc)
	case plan.Config:
		return "the configuration"
	}
	return doc.Name
}

// object is the kind and name of a Kubernetes object.
func object(doc *plan.Document) string {
	return value.Text(doc.Model["kind"]) + "/" + value.Name(doc.Model)
}
