package helm

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan/render"
	"github.com/stella-ops/assure/internal/source"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// repository writes files into a new directory and opens it.
func repository(t testing.TB, files map[string]string) *source.Tree {
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

func unpack(text string) map[string]string {
	files := map[string]string{}
	for _, f := range txtar.Parse([]byte(text)).Files {
		files[f.Name] = string(f.Data)
	}
	return files
}

// TestGolden renders the chart in chart/ of every archive, with over.yaml laid over it
// where there is one.
func TestGolden(t *testing.T) {
	t.Parallel()
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
			files := unpack(string(text))
			got := describe(Render(t.Context(), repository(t, files), "chart", over(files)), files)
			golden := strings.TrimSuffix(archive, ".txtar") + ".golden"
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
		})
	}
}

func over(files map[string]string) []string {
	if _, ok := files["over.yaml"]; ok {
		return []string{"over.yaml"}
	}
	return nil
}

// describe writes an output with the text that each place holds.
func describe(out render.Output, files map[string]string) string {
	var b strings.Builder
	for _, p := range out.Problems {
		fmt.Fprintf(&b, "problem %s: %s\n", p.Location, p.Message)
	}
	for _, o := range out.Objects {
		fmt.Fprintf(&b, "object %s %v\n", o.File, o.Files)
		leaves(o.Model, nil, func(path []any, v any) {
			at, grade := o.Locator.Locate(path)
			fmt.Fprintf(&b, "  %v = %#v %s %s %q\n", path, v, grade, at, cut(files, at))
		})
	}
	fmt.Fprintf(&b, "parts %v\n", out.Parts)
	return b.String()
}

func cut(files map[string]string, at finding.Location) string {
	data := []byte(files[at.URI])
	r := at.Region
	return string(data[source.Offset(data, r.StartLine, r.StartColumn):source.Offset(data, r.EndLine, r.EndColumn)])
}

func leaves(v any, path []any, do func([]any, any)) {
	path = slices.Clip(path)
	switch x := v.(type) {
	case map[string]any:
		for _, k := range keys(x) {
			leaves(x[k], append(path, k), do)
		}
		if len(x) > 0 {
			return
		}
	case []any:
		for i, e := range x {
			leaves(e, append(path, i), do)
		}
		if len(x) > 0 {
			return
		}
	}
	do(path, v)
}
