package policy_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/stella-ops/assure/policies"
)

var update = flag.Bool("update", false, "rewrite golden files and formatted rules")

// regoFiles are the built-in pack's Rego files, tests included.
func regoFiles(t *testing.T) []string {
	t.Helper()
	files, err := fs.Glob(policies.FS, "*/*.rego")
	if err != nil || len(files) == 0 {
		t.Fatalf("list rules: %d files, %v", len(files), err)
	}
	return files
}

func TestRego(t *testing.T) {
	t.Parallel()
	modules := map[string]*ast.Module{}
	for _, f := range regoFiles(t) {
		data, err := policies.FS.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		m, err := ast.ParseModuleWithOpts(f, string(data), ast.ParserOptions{ProcessAnnotation: true})
		if err != nil {
			t.Fatal(err)
		}
		modules[f] = m
	}
	runner := tester.NewRunner().SetStore(inmem.NewFromObject(map[string]any{"params": load(t, "").Params()})).SetModules(modules).RaiseBuiltinErrors(true)
	results, err := runner.RunTests(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for r := range results {
		t.Run(strings.TrimPrefix(r.Package, "data.policies.")+"."+r.Name, func(t *testing.T) {
			if !r.Pass() {
				t.Errorf("%s: %v", r.Location, r)
			}
		})
	}
}

// Every rule has a Rego test that shows it firing and one that shows it silent.
func TestEveryRuleIsTestedBothWays(t *testing.T) {
	t.Parallel()
	for _, f := range regoFiles(t) {
		if strings.HasSuffix(f, "_test.rego") || strings.HasPrefix(f, "lib/") {
			continue
		}
		data, err := policies.FS.ReadFile(strings.TrimSuffix(f, ".rego") + "_test.rego")
		if err != nil {
			t.Errorf("%s has no test: %v", f, err)
			continue
		}
		for _, want := range []string{"test_fires", "test_silent"} {
			if !strings.Contains(string(data), "\n"+want) {
				t.Errorf("%s: no %s… in its test", f, want)
			}
		}
	}
}

func TestRegoIsFormatted(t *testing.T) {
	t.Parallel()
	for _, f := range regoFiles(t) {
		data, err := policies.FS.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		want, err := format.SourceWithOpts(f, data, format.Opts{RegoVersion: ast.RegoV1})
		if err != nil {
			t.Fatal(err)
		}
		if string(want) == string(data) {
			continue
		}
		t.Errorf("%s is not formatted as OPA formats it; run this test with -update", f)
		if *update {
			if err := os.WriteFile(filepath.Join("..", "..", "policies", f), want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
