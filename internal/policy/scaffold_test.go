package policy_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/stella-ops/assure/internal/policy"
)

// A new rule of every kind loads as it is, its tests pass, and it is formatted.
func TestScaffold(t *testing.T) {
	t.Parallel()
	for _, kind := range policy.Kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			files, err := policy.Scaffold("acme-corp/" + kind + "/owner-label")
			if err != nil {
				t.Fatal(err)
			}
			fsys, modules := fstest.MapFS{}, map[string]*ast.Module{}
			for name, data := range files {
				fsys[name] = &fstest.MapFile{Data: []byte(data)}
				if strings.HasSuffix(name, ".rego") {
					modules[name] = module(t, name, data)
				}
			}
			e := load(t, "guide", policy.Pack{Name: "acme-corp", Dir: "policies/acme-corp", FS: fsys})
			var ids []string
			for _, r := range e.RulesOf(kind) {
				ids = append(ids, r.ID)
			}
			if !strings.Contains(strings.Join(ids, " "), "acme-corp/"+kind+"/owner-label") {
				t.Errorf("the rule is not among %v", ids)
			}
			pass(t, modules)
		})
	}
}

func module(t *testing.T, name, data string) *ast.Module {
	t.Helper()
	m, err := ast.ParseModuleWithOpts(name, data, ast.ParserOptions{ProcessAnnotation: true})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := format.Source(name, []byte(data)); err != nil || string(out) != data {
		t.Errorf("%s is not formatted: %v\n%s", name, err, out)
	}
	return m
}

func pass(t *testing.T, modules map[string]*ast.Module) {
	t.Helper()
	results, err := tester.NewRunner().SetStore(inmem.New()).SetModules(modules).RunTests(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for r := range results {
		if n++; !r.Pass() {
			t.Errorf("%s: %v", r.Location, r)
		}
	}
	if n != 2 {
		t.Errorf("%d tests, want 2", n)
	}
}

func TestScaffoldRefuses(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"owner":                     "write it as pack/kind/rule",
		"a/b/c/d":                   "write it as pack/kind/rule",
		"acme/helm/x":               `kind "helm" is none of`,
		"Acme/compose/x":            `"Acme" must be lower-case`,
		"acme/compose/../../escape": "write it as pack/kind/rule",
		"acme/compose/..":           `".." must be lower-case`,
	} {
		if _, err := policy.Scaffold(id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", id, err, want)
		}
	}
}
