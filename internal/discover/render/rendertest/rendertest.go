// Package rendertest holds what the tests of the plan and of its renderers share:
// repositories made of an archive, and golden files that show every value with the text
// at its place.
package rendertest

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Repository writes files, by slash path, into a new directory and opens it.
func Repository(t testing.TB, files map[string]string) *source.Tree {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree
}

// Unpack returns the files of a txtar archive.
func Unpack(text string) map[string]string {
	files := map[string]string{}
	for _, f := range txtar.Parse([]byte(text)).Files {
		files[f.Name] = string(f.Data)
	}
	return files
}

// Golden compares what describe says of every archive below testdata with the golden
// file beside it, or rewrites the latter when the flag -update is given.
func Golden(t *testing.T, describe func(t *testing.T, files map[string]string) string) {
	t.Helper()
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, archive := range archives {
		t.Run(filepath.Base(archive), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(archive)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, strings.TrimSuffix(archive, ".txtar")+".golden", describe(t, Unpack(string(text))))
		})
	}
}

func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

// Describe writes what a renderer made with the text that each place holds.
func Describe(out render.Output, files map[string]string) string {
	var b strings.Builder
	for _, p := range out.Problems {
		fmt.Fprintf(&b, "problem %s: %s\n", p.Location, p.Message)
	}
	for _, o := range out.Objects {
		fmt.Fprintf(&b, "object %s %v\n", o.File, o.Files)
		Leaves(o.Model, nil, func(path []any, v any) {
			at, grade := o.Locator.Locate(path)
			fmt.Fprintf(&b, "  %v = %#v %s %s %q\n", path, v, grade, at, Cut(files, at))
		})
	}
	fmt.Fprintf(&b, "parts %v\n", out.Parts)
	return b.String()
}

// Cut is the text at a place.
func Cut(files map[string]string, at finding.Location) string {
	data := []byte(files[at.URI])
	r := at.Region
	return string(data[source.Offset(data, r.StartLine, r.StartColumn):source.Offset(data, r.EndLine, r.EndColumn)])
}

// Leaves calls do for every scalar and every empty collection below v, keys in order.
func Leaves(v any, path []any, do func(path []any, v any)) {
	path = slices.Clip(path)
	switch x := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			Leaves(x[k], append(path, k), do)
		}
		if len(x) > 0 {
			return
		}
	case []any:
		for i, e := range x {
			Leaves(e, append(path, i), do)
		}
		if len(x) > 0 {
			return
		}
	}
	do(path, v)
}
