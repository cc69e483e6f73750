package kustomize

import (
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/discover/render/rendertest"
)

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
	rendertest.Golden(t, all)
}

func all(t *testing.T, files map[string]string) string {
	t.Helper()
	tree := rendertest.Repository(t, files)
	var b strings.Builder
	entries, _ := Entries(t.Context(), tree, directories(files))
	for _, dir := range entries {
		fmt.Fprintf(&b, "entry %s\n%s", dir, rendertest.Describe(Render(t.Context(), tree, dir), files))
	}
	return b.String()
}

// TestPlaces asks for places of values that are not there, of mappings and of objects.
func TestPlaces(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/shop.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := rendertest.Unpack(string(text))
	out := Render(t.Context(), rendertest.Repository(t, files), "overlays/prod")
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
		if got := fmt.Sprintf("%s %s %q", grade, at, rendertest.Cut(files, at)); got != tt.want {
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
			files := rendertest.Unpack(tt.files)
			entries, fragments := Entries(t.Context(), rendertest.Repository(t, files), directories(files))
			if got := fmt.Sprint(entries, fragments); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
