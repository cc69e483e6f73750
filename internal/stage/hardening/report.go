package hardening

import (
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/source"
)

// covers are the plural nouns of the coverage, by kind.
var covers = map[plan.Kind]string{
	plan.Compose:    "compose files",
	plan.Kubernetes: "kubernetes objects",
	plan.Dockerfile: "dockerfiles",
	plan.Config:     "configuration files",
}

// report turns the results on one document into findings.
func (s *Stage) report(p *plan.Plan, doc *plan.Document, in input, out policy.Outcome) part {
	var set finding.Set
	if n := seen(doc); n > 0 {
		set.Cover(covers[doc.Kind], n)
	}
	rules := s.rules[doc.Kind]
	count(&set, rules, in, out)
	wishes := wishes{}
	for i, r := range out.Results {
		f := s.finding(p, doc, in, rules[r.Rule], r)
		if !s.bare {
			wishes.add(i, doc, f.Location.URI, r.Fix)
		}
		set.Findings = append(set.Findings, f)
	}
	wishes.fulfil(p.Tree, set.Findings)
	return part{set, look(doc, out, set.Judged)}
}

// count notes what each rule decided about and what it could not. A rule that reported
// something decided about that.
func count(set *finding.Set, rules map[string]finding.Rule, in input, out policy.Outcome) {
	hit := map[string]bool{}
	for _, r := range out.Results {
		hit[r.Rule] = true
	}
	for id := range rules {
		subjects, said := out.Subjects[id]
		n := len(subjects)
		if !said {
			n = in.subjects()
		}
		if n == 0 && hit[id] {
			n = 1
		}
		set.Judge(id, n)
	}
	for _, u := range out.Unknown {
		set.Doubt(u.Rule, 1)
	}
}

// seen counts what of the kind's noun the document is.
func seen(doc *plan.Document) int {
	if doc.Kind == plan.Config {
		return len(doc.Files)
	}
	return 1
}

func (s *Stage) finding(p *plan.Plan, doc *plan.Document, in input, rule finding.Rule, r policy.Result) finding.Finding {
	at, grade := locate(doc, r.Path)
	f := finding.Finding{
		Rule: r.Rule, Severity: rule.Severity, Message: r.Message + at.Inside(),
		Location: at, Subject: r.Subject,
	}
	if grade == source.Rendered {
		f.Properties = map[string]string{"place": "approximate: a template or patch made the value here"}
	}
	if doc.Overlay != "" {
		f = inOverlay(f, doc.Overlay)
	}
	if r.Severity != nil {
		f.Severity = *r.Severity
	}
	if f.Subject == "" {
		f.Subject = in.subject(r.Path)
	}
	identify(&f, p, doc, in, r)
	if doc.Owner != "" {
		f.Subject = owned(doc.Owner, f.Subject)
	}
	if doc.Owner != "" && f.Alias != "" {
		f.Alias = owned(doc.Owner, f.Alias)
	}
	for _, path := range r.Related {
		if to, grade := locate(doc, path); grade != source.Parent {
			f.Related = append(f.Related, finding.Related{Location: to, Message: "see " + key(path)})
		}
	}
	if !f.Whole {
		explain(&f, doc, r.Path)
	}
	return f
}

func locate(doc *plan.Document, path []any) (finding.Location, source.Grade) {
	if doc.Locator == nil {
		return finding.Top(doc.Name), source.Parent
	}
	return doc.Locator.Locate(path)
}

func owned(owner, subject string) string { return strings.TrimSuffix(owner+"/"+subject, "/") }

// key is a path without indexes, for people and to tell fixes apart.
func key(path []any) string {
	var keys []string
	for _, step := range path {
		if k, ok := step.(string); ok {
			keys = append(keys, k)
		}
	}
	return strings.Join(keys, ".")
}
