package kustomize

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path"
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

// directories are those with a kustomization.
func directories(files map[string]string) (dirs []string) {
	for name := range files {
		if Is(name) {
			dirs = append(dirs, path.Dir(name))
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// TestGolden renders all entries of every archive.
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
			got := all(t, unpack(string(text)))
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

func all(t *testing.T, files map[string]string) string {
	t.Helper()
	tree := repository(t, files)
	var b strings.Builder
	entries, _ := Entries(t.Context(), tree, directories(files))
	for _, dir := range entries {
		fmt.Fprintf(&b, "entry %s\n%s", dir, describe(Render(t.Context(), tree, dir), files))
	}
	return b.String()
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
		for _, k := range slices.Sorted(maps.Keys(x)) {
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

// TestPlaces asks for places of values that are not there, of mappings and of objects.
func TestPlaces(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/shop.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := unpack(string(text))
	out := Render(t.Context(), repository(t, files), "overlays/prod")
	objects := map[string]render.Object{}
	for _, o := range out.Objects {
		objects[fmt.Sprintf("%v/%v", o.Model["kind"], render.Map(o.Model["metadata"])["name"])] = o
	}
	pod := []any{"spec", "template", "spec"}
	tests := []struct {
		object string
		path   []any
		want   string
	}{
		{"Deployment/prod-web", nil, `exact base/web.yaml:2:7 "Deployment"`},
		{"Deployment/prod-web", append(slices.Clone(pod), "securityContext"), `parent base/web.yaml:8:5 "spec"`},
		{"Deployment/prod-web", append(slices.Clone(pod), "containers"), `exact base/web.yaml:10:7 "containers"`},
		{"Deployment/prod-web", append(slices.Clone(pod), "automountServiceAccountToken"), `item overlays/prod/kustomization.yaml:26:11 "automountServiceAccountToken"`},
		{"Service/prod-web", []any{"spec", "ports", 1}, `exact overlays/prod/ops.yaml:4:10 "{name: debug, port: 5005"`},
		{"Service/prod-web-admin", nil, `exact other/svc/list.yaml:12:9 "Service"`},
		{"Secret/prod-keys", nil, `item base/kustomization.yaml:9:9 "keys"`},
		{"Secret/prod-keys", []any{"immutable"}, `parent base/kustomization.yaml:9:9 "keys"`},
	}
	for _, tt := range tests {
		o, ok := objects[tt.object]
		if !ok {
			t.Fatalf("no %s in %v", tt.object, slices.Sorted(maps.Keys(objects)))
		}
		at, grade := o.Locator.Locate(tt.path)
		if got := fmt.Sprintf("%s %s %q", grade, at, cut(files, at)); got != tt.want {
			t.Errorf("%s %v: got %s, want %s", tt.object, tt.path, got, tt.want)
		}
	}
}

func TestEntries(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, files, want string }{
		{"overlays", "-- b/kustomization.yaml --\nnamePrefix: x\n-- o/p/kustomization.yml --\nbases: [../../b]\n-- o/q/Kustomization --\nresources: [../../b/]\n", "[o/p o/q] []"},
		{"component", "-- c/kustomization.yaml --\nkind: Component\npatches: [{path: x.yaml}]\n-- c/x.yaml --\n" + pod, "[] [c/x.yaml]"},
		{"cycle", "-- a/kustomization.yaml --\nresources: [../b]\n-- b/kustomization.yaml --\nresources: [../a]\n", "[a] []"},
		{"in itself", "-- a/kustomization.yaml --\nresources: [../a]\n", "[a] []"},
		{"unreadable", "-- a/kustomization.yaml --\nresources: [\n", "[a] []"},
		{"of another tool", "-- a/kustomization.yaml --\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n", "[] []"},
		{"root", "-- kustomization.yaml --\nresources: [b]\n-- b/kustomization.yaml --\nnamePrefix: x\n", "[.] []"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := unpack(tt.files)
			entries, fragments := Entries(t.Context(), repository(t, files), directories(files))
			if got := fmt.Sprint(entries, fragments); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
