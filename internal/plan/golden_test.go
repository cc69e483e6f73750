package plan

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
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

func buildPlan(t testing.TB, files map[string]string) *Plan {
	t.Helper()
	p, err := Build(t.Context(), repository(t, files), config.Default(), Event{Name: "local"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

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
			got := describe(buildPlan(t, files), files)
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

// describe writes a plan with the text that each place holds.
func describe(p *Plan, files map[string]string) string {
	var b strings.Builder
	for _, x := range p.Problems {
		fmt.Fprintf(&b, "problem %s %v: %s\n", x.Location, x.Stages, x.Message)
	}
	for _, x := range p.Images {
		fmt.Fprintf(&b, "image %s %q raw=%q missing=%v subject=%s built=%t at %s %q\n",
			x.Kind, x.Ref, x.Raw, x.Unresolved, x.Subject, x.Built, x.Location, cut(files, x.Location))
	}
	for _, x := range p.Endpoints {
		fmt.Fprintf(&b, "endpoint %s:%d %q published=%t at %s %q\n", x.Service, x.Port, x.Scheme, x.Published, x.Location, cut(files, x.Location))
	}
	for _, x := range p.Stacks {
		fmt.Fprintf(&b, "stack %s %v document=%d\n", x.Dir, x.Files, x.Document)
	}
	fmt.Fprintf(&b, "lock files %v\n", p.LockFiles)
	for _, d := range p.Documents {
		fmt.Fprintf(&b, "document %s %s %v\n", d.Kind, d.Name, d.Files)
		for _, v := range d.Variables {
			j, _ := json.Marshal(v)
			fmt.Fprintf(&b, "  variable %s\n", j)
		}
		leaves(d.Model, nil, func(path []any, v any) {
			at, grade := d.Locator.Locate(path)
			fmt.Fprintf(&b, "  %v = %#v %s %s %q\n", path, v, grade, at, cut(files, at))
		})
	}
	return b.String()
}

func cut(files map[string]string, at finding.Location) string {
	data := []byte(files[at.URI])
	r := at.Region
	return string(data[source.Offset(data, r.StartLine, r.StartColumn):source.Offset(data, r.EndLine, r.EndColumn)])
}

func leaves(v any, path []any, do func([]any, any)) {
	switch x := v.(type) {
	case map[string]any:
		for _, k := range sortedKeys(x) {
			leaves(x[k], join(path, k), do)
		}
		if len(x) > 0 {
			return
		}
	case []any:
		for i, e := range x {
			leaves(e, join(path, i), do)
		}
		if len(x) > 0 {
			return
		}
	}
	do(path, v)
}
