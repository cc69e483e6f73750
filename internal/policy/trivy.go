package policy

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/types"

	"github.com/stella-ops/assure/internal/finding"
)

// trivyNote is what a check written for Trivy says of itself in the custom part of its
// METADATA (Trivy's documentation, "Custom checks, schema of metadata").
type trivyNote struct {
	ID                string   `json:"id"`
	LongID            string   `json:"long_id"`
	ShortCode         string   `json:"short_code"`
	AVDID             string   `json:"avd_id"`
	Aliases           []string `json:"aliases"`
	Severity          string   `json:"severity"`
	RecommendedAction string   `json:"recommended_action"`
	Library           bool     `json:"library"`
	Deprecated        bool     `json:"deprecated"`
	Input             struct {
		Selector []struct {
			Type     string `json:"type"`
			Subtypes []struct {
				Kind string `json:"kind"`
			} `json:"subtypes"`
		} `json:"selector"`
	} `json:"input"`
}

// wrapped marks the module that turns a check's answers into results.
const wrapped = "#results"

// trivyRoots are the packages that Trivy's checks and their helpers live in.
var trivyRoots = [...]string{"builtin", "user", "lib", "custom", "appshield", "defsec"}

// isTrivy tells a check, or a helper of one, that was written for Trivy by its package.
func isTrivy(m *ast.Module) bool {
	root, ok := m.Package.Path[1].Value.(ast.String)
	return ok && slices.Contains(trivyRoots[:], string(root))
}

// trivy takes a file that was written for Trivy: a check of Kubernetes objects becomes a
// rule, a helper joins the modules of that kind, anything else is passed over with a word.
func (l *loader) trivy(p Pack, shown string, m *ast.Module) {
	note, custom, err := trivyMetadata(m)
	switch {
	case err != nil:
		l.fail("%s: %w", shown, err)
	case m.Package.Path[1].Equal(ast.StringTerm("lib")) || custom.Library:
		l.helpers = append(l.helpers, module{file: shown, kind: "kubernetes", ast: m})
	case custom.Deprecated:
		l.pass(shown, "its author has withdrawn it (deprecated)")
	case !custom.selects("kubernetes"):
		l.pass(shown, "it selects "+custom.selected()+"; only checks of type kubernetes fit the documents here")
	default:
		l.trivyRule(p, shown, m, note, custom)
	}
}

// pass notes a file that was left out, and why.
func (l *loader) pass(shown, why string) {
	l.passed = append(l.passed, fmt.Sprintf("%s was not loaded: %s", shown, why))
}

func (l *loader) trivyRule(p Pack, shown string, m *ast.Module, note *ast.Annotations, c trivyNote) {
	severity, err := finding.ParseSeverity(c.Severity)
	if err != nil {
		l.fail("%s:%d: custom.severity: %w", shown, note.Location.Row, err)
		return
	}
	if found, isSet := setRule(m, "deny"); !found || !isSet {
		l.fail("%s:%d: the check has no deny set: write deny contains res if { ... }", shown, m.Package.Location.Row)
		return
	}
	r := &rule{file: shown, kind: "kubernetes", trivy: m.Package.Path.String(), imports: m.Imports}
	r.ID = path.Join(p.Name, r.kind, strings.ToLower(c.name()))
	r.pkg = "data.packs.trivy.r" + fmt.Sprint(len(l.rules))
	r.Rule = finding.Rule{
		ID: r.ID, Title: oneLine(note.Title), Description: oneLine(note.Description), Severity: severity,
		Remediation: oneLine(c.RecommendedAction), Tags: append(slices.Clone(c.Aliases), c.ID),
	}
	r.Help = help(note.Description, metadata{Remediation: c.RecommendedAction}, "yaml")
	if len(note.RelatedResources) > 0 {
		r.HelpURI = note.RelatedResources[0].Ref.String()
	}
	wrapper, err := ast.ParseModuleWithOpts(shown, r.wrapper(c.kinds()), ast.ParserOptions{RegoVersion: ast.RegoV1, Capabilities: l.may})
	if err != nil {
		l.fail("%s: wrap check: %w", shown, flatten(err))
		return
	}
	l.rules = append(l.rules, r)
	l.modules = append(l.modules, module{file: shown, kind: r.kind, ast: m},
		module{file: shown + wrapped, kind: r.kind, ast: wrapper})
}

// imported refuses the checks whose imports nothing in the packs provides: they would
// be undefined, and the check silent.
func (l *loader) imported(r *rule) bool {
	for _, i := range r.imports {
		ref, ok := i.Path.Value.(ast.Ref)
		if !ok || !ref.HasPrefix(ast.DefaultRootRef) || l.provides(ref) {
			continue
		}
		if len(ref) > 1 && ref[1].Equal(ast.StringTerm("lib")) {
			l.fail("%s:%d: nothing in the packs provides %s; copy the helper into the pack's lib folder", r.file, i.Location.Row, ref)
			return true
		}
		l.pass(r.file, fmt.Sprintf("it needs %s, which Trivy provides when it runs", ref))
		return false
	}
	return true
}

func (l *loader) provides(ref ast.Ref) bool {
	return slices.ContainsFunc(l.modules, func(m module) bool { return m.provides(ref) })
}

// provides tells whether an import of ref reaches into the module.
func (m module) provides(ref ast.Ref) bool {
	return ref.HasPrefix(m.ast.Package.Path) || m.ast.Package.Path.HasPrefix(ref)
}

// join adds the helpers that a module imports, and those that they import. Others stay
// out: a collection of helpers may need what no check here does.
func (l *loader) join(m module) {
	for _, i := range m.ast.Imports {
		ref, ok := i.Path.Value.(ast.Ref)
		if !ok {
			continue
		}
		for n := slices.IndexFunc(l.helpers, func(h module) bool { return h.provides(ref) }); n >= 0; {
			h := l.helpers[n]
			l.helpers = slices.Delete(l.helpers, n, n+1)
			l.modules = append(l.modules, h)
			l.join(h)
			n = slices.IndexFunc(l.helpers, func(h module) bool { return h.provides(ref) })
		}
	}
}

// wrapper turns a check's deny into results. The check sees the object itself as its
// input, in which every mapping says where it stands: the number of its place.
func (r *rule) wrapper(kinds []string) string {
	only := ""
	if len(kinds) > 0 {
		only = "\n\tlower(input.object.kind) in " + text(kinds)
	}
	return "package " + strings.TrimPrefix(r.pkg, "data.") + `

results contains {"message": message(denied), "path": place(denied), "identity": [message(denied)]} if {
	some denied in ` + r.trivy + `.deny with input as input.object_with_places` + only + `
}

message(denied) := denied if is_string(denied)

message(denied) := denied.msg if is_object(denied)

default place(_) := ["kind"]

place(denied) := input.places[denied.startline]
`
}

// name is the word for the check in ids.
func (c trivyNote) name() string {
	for _, n := range []string{c.ID, c.ShortCode, c.LongID, c.AVDID} {
		if kebab.MatchString(strings.ToLower(n)) {
			return n
		}
	}
	return "check"
}

func (c trivyNote) selects(kind string) bool {
	for _, s := range c.Input.Selector {
		if s.Type == kind {
			return true
		}
	}
	return false
}

// kinds are the kinds of objects that the check is limited to, in lower case; none
// means all.
func (c trivyNote) kinds() []string {
	var out []string
	for _, s := range c.Input.Selector {
		for _, t := range s.Subtypes {
			if t.Kind != "" {
				out = append(out, strings.ToLower(t.Kind))
			}
		}
	}
	return out
}

func (c trivyNote) selected() string {
	var kinds []string
	for _, s := range c.Input.Selector {
		kinds = append(kinds, s.Type)
	}
	if len(kinds) == 0 {
		return "no type of input"
	}
	return strings.Join(kinds, ", ")
}

// trivyMetadata reads the package annotation; keys that Trivy knows and we have no use
// for are let through, because the file was not written for us.
func trivyMetadata(m *ast.Module) (*ast.Annotations, trivyNote, error) {
	var c trivyNote
	note := packageNote(m)
	if note == nil {
		return &ast.Annotations{Location: m.Package.Location}, trivyNote{Library: m.Package.Path[1].Equal(ast.StringTerm("lib"))}, nil
	}
	if err := lenient(note.Custom, &c); err != nil {
		return nil, c, fmt.Errorf("read METADATA: %w", err)
	}
	return note, c, nil
}

// resultNew and isManaged are the built-in functions that Trivy adds to Rego.
var (
	resultNew = &rego.Function{Name: "result.new", Decl: types.NewFunction(types.Args(types.S, types.A), types.A)}
	isManaged = &rego.Function{Name: "isManaged", Decl: types.NewFunction(types.Args(types.A), types.B)}
)

// trivyFunctions are their meaning here. A program that links Trivy has its own, which
// hand startline through just the same.
func trivyFunctions() []func(*rego.Rego) {
	return []func(*rego.Rego){
		rego.Function2(resultNew, func(_ rego.BuiltinContext, msg, cause *ast.Term) (*ast.Term, error) {
			at := ast.IntNumberTerm(0)
			if meta := cause.Get(ast.StringTerm("__defsec_metadata")); meta != nil {
				if n := meta.Get(ast.StringTerm("startline")); n != nil {
					at = n
				}
			}
			return ast.ObjectTerm([2]*ast.Term{ast.StringTerm("msg"), msg}, [2]*ast.Term{ast.StringTerm("startline"), at}), nil
		}),
		rego.Function1(isManaged, func(rego.BuiltinContext, *ast.Term) (*ast.Term, error) { return ast.BooleanTerm(true), nil }),
	}
}
