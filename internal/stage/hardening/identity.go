package hardening

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/dockerfile"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
	"github.com/stella-ops/assure/internal/stage/hardening/identity"
)

// identify says what the finding is, apart from where: its key, its subject's full name,
// and whether the repository as a whole is meant.
func identify(f *finding.Finding, p *plan.Plan, doc *plan.Document, in input, r policy.Result) {
	of, path := origin(p, doc, r.Path)
	f.Key, f.Degree, f.Whole = strings.Join(r.Identity, "\x00"), r.Degree, r.Whole || theRepository(r.Path)
	f.Reach = r.Reach
	switch {
	case len(r.Identity) > 0:
	case f.Whole:
		f.Key = "repository"
	default:
		f.Key = cmp.Or(placeName(p.Root, of, path), fmt.Sprint(r.Path[0]))
	}
	if theRepository(r.Path) && p.Config != nil {
		f.Location, _ = locate(p.Config, nil)
	}
	full(f, of, in, path)
	if f.Whole && in.subject(r.Path) != f.Subject {
		f.Alias = in.subject(r.Path)
	}
}

// placeName leaves the name of a configuration file to the finding's location.
func placeName(root string, doc *plan.Document, path []any) string {
	var model any = doc.Model
	if doc.Kind == plan.Config {
		file := path[:min(len(path), 2)]
		model, path = value.Lookup(model, file), path[len(file):]
	}
	return identity.Of(root, model, path)
}

// origin is the document that a path of the configuration leads through, with the rest.
func origin(p *plan.Plan, doc *plan.Document, path []any) (*plan.Document, []any) {
	if doc.Kind == plan.Config && len(path) > 1 && path[0] == "documents" {
		if i, is := path[1].(int); is && i < len(p.Documents) {
			return &p.Documents[i], path[2:]
		}
	}
	return doc, path
}

// theRepository are the paths that mean the repository as a whole: that of the
// configuration's own files, and one for rules on other documents.
func theRepository(path []any) bool {
	return len(path) == 1 && (path[0] == "files" || path[0] == "repository")
}

// full gives the subject its full name. The shorter or older one stays its alias.
func full(f *finding.Finding, doc *plan.Document, in input, path []any) {
	short := f.Subject
	switch doc.Kind {
	case plan.Kubernetes:
		f.Subject = namespaced(doc, f.Subject)
	case plan.Dockerfile:
		if facts, is := in["facts"].(dockerfile.Facts); is && f.Subject == facts.Subject(path) {
			f.Subject = facts.Name(path)
		}
	}
	if f.Subject != short {
		f.Alias = short
	}
}

// namespaced is Kind/namespace/name for Kind/name.
func namespaced(doc *plan.Document, subject string) string {
	kind, name := value.Text(doc.Model["kind"]), value.Text(value.Object(doc.Model["metadata"])["name"])
	rest, is := strings.CutPrefix(subject, kind+"/"+name)
	space := doc.Namespace()
	if !is || rest != "" && rest[0] != '/' || space == "" {
		return subject
	}
	return fmt.Sprintf("%s/%s/%s%s", kind, space, name, rest)
}
