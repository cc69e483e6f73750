package threats_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/threats"
)

// functions are the tests of the module by directory.
func functions(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == "testdata" {
			return cmpSkip(err)
		}
		if !strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := path.Join("internal", strings.TrimPrefix(filepath.ToSlash(filepath.Dir(name)), "../"))
		for _, d := range f.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
				all[dir] = append(all[dir], f.Name.Name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func cmpSkip(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}

// TestTable wants every threat once, in order, with a test of its own that exists, and
// every such test in the table.
func TestTable(t *testing.T) {
	tests, listed := functions(t), map[string]bool{}
	for i, threat := range threats.All() {
		if want := fmt.Sprintf("T%d", i+1); threat.ID != want {
			t.Errorf("%s stands in the place of %s", threat.ID, want)
		}
		if threat.Attack == "" || threat.Defence == "" || !slices.ContainsFunc(threat.Tests, func(name string) bool { return strings.Contains(name, ".Test"+threat.ID+"_") }) {
			t.Errorf("%s lacks a text, or a test of its own: %+v", threat.ID, threat)
		}
		for _, name := range threat.Tests {
			listed[name] = true
			dir, function, _ := strings.Cut(name, ".")
			if !slices.Contains(tests[dir], function) {
				t.Errorf("%s names %s, which does not exist", threat.ID, name)
			}
		}
	}
	if n := len(threats.All()); n != 35 {
		t.Errorf("%d threats, not 35", n)
	}
	own := regexp.MustCompile(`^TestT\d+_`)
	for dir, names := range tests {
		for _, name := range names {
			if own.MatchString(name) && !listed[dir+"."+name] {
				t.Errorf("%s.%s is not in the table", dir, name)
			}
		}
	}
}
