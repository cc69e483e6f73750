package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sleepers are the test files that may sleep, or directories of them, and why. A test
// that waits for time fails on a busy machine: wait for what is to happen.
var sleepers = map[string]string{
	"internal/stage/run_test.go":             "in a bubble of testing/synctest, where time is not real",
	"internal/stage/dast/probe/http_test.go": "in a bubble of testing/synctest",
	"internal/stage/dast/probe/rate_test.go": "in a bubble of testing/synctest",
}

// global are texts that lead a test to what others on the machine have, too.
var global = []struct{ pattern, why string }{
	{`(^|/)(\.\./)+shared(/|$)`, "a path outside of the repository"},
	{`^/work(/|$)`, "a path outside of the repository"},
	{`^/tmp/`, "a path that other programs may use; take t.TempDir"},
	{`assure(-[a-z]+)?:(e2e|test)$`, "an image that other tests may make; take enginetest.Unique"},
}

// outsiders are the files in which such a text is data of the test, or directories of
// them, and why.
var outsiders = map[string]string{
	"internal/reporter/files_test.go":     "paths that are compared and never opened",
	"internal/stage/dast/zap/zap_test.go": "a path of the stand-in's answer",
}

// TestHabits reads all tests for what makes them depend on the machine that they run on.
func TestHabits(t *testing.T) {
	t.Parallel()
	n, unused := 0, map[string]bool{}
	for _, list := range []map[string]string{sleepers, outsiders} {
		for name := range list {
			unused[name] = true
		}
	}
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return fs.SkipDir
		}
		file := strings.TrimPrefix(filepath.ToSlash(name), "../")
		if !strings.HasSuffix(name, "_test.go") || file == "internal/habits_test.go" {
			return nil
		}
		n++
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, b := range bad(f) {
			line := entry(b.allowed, file)
			if delete(unused, line); line == "" {
				t.Errorf("%s:%d: %s", file, set.Position(b.at).Line, b.text)
			}
		}
		return nil
	})
	if err != nil || n < 100 {
		t.Fatalf("%d files with tests: %v", n, err)
	}
	for name := range unused {
		t.Errorf("%s is allowed what it does not do: remove it from the list", name)
	}
}

// habit is something that a test should not do, but in files that are allowed to.
type habit struct {
	at      token.Pos
	text    string
	allowed map[string]string
}

// bad finds the habits of a file.
func bad(f *ast.File) (found []habit) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if p, ok := n.X.(*ast.Ident); ok && p.Name == "time" && n.Sel.Name == "Sleep" {
				found = append(found, habit{n.Pos(), "time.Sleep: wait for an event", sleepers})
			}
		case *ast.CallExpr:
			if text, ok := joined(n); ok {
				found = append(found, reach(n.Pos(), text)...)
			}
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
				found = append(found, reach(n.Pos(), text)...)
			}
		}
		return true
	})
	return found
}

// reach judges a text.
func reach(at token.Pos, text string) (found []habit) {
	for _, g := range global {
		if regexp.MustCompile(g.pattern).MatchString(text) {
			found = append(found, habit{at, strconv.Quote(text) + " is " + g.why, outsiders})
		}
	}
	return found
}

// joined is the path that a call of filepath.Join or path.Join makes of literals.
func joined(c *ast.CallExpr) (string, bool) {
	s, ok := c.Fun.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != "Join" || len(c.Args) < 2 {
		return "", false
	}
	var parts []string
	for _, a := range c.Args {
		lit, ok := a.(*ast.BasicLit)
		if !ok {
			break
		}
		text, _ := strconv.Unquote(lit.Value)
		parts = append(parts, text)
	}
	return path.Join(parts...), len(parts) > 1
}

// entry is the line of a list that holds the file or a directory above it.
func entry(list map[string]string, file string) string {
	for name := range list {
		if file == name || strings.HasSuffix(name, "/") && strings.HasPrefix(file, name) {
			return name
		}
	}
	return ""
}

// TestHabitsAreSeen is the test's own test.
func TestHabitsAreSeen(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		`time.Sleep(1)`:                                {"time.Sleep: wait for an event"},
		`f := time.Sleep; f(1)`:                        {"time.Sleep: wait for an event"},
		`<-ctx.Done()`:                                 nil,
		`os.ReadFile("../../../shared/x")`:             {`"../../../shared/x" is a path outside of the repository`},
		`filepath.Join("..", "..", "shared", "x")`:     {`"../../shared/x" is a path outside of the repository`},
		`filepath.Join("..", "..", "testdata")`:        nil,
		`os.Open("/work/x")`:                           {`"/work/x" is a path outside of the repository`},
		`os.Open("/tmp/x")`:                            {`"/tmp/x" is a path that other programs may use; take t.TempDir`},
		`build("assure:e2e")`:                          {`"assure:e2e" is an image that other tests may make; take enginetest.Unique`},
		`yaml("mnt: /work\nshared: ./../sharedthing")`: nil,
		`run("/workspace")`:                            nil,
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "x_test.go", "package x\nfunc f() { "+body+" }", parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, b := range bad(f) {
			got = append(got, b.text)
		}
		if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
	}
}
