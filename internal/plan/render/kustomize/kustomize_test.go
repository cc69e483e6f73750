package kustomize

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stella-ops/assure/internal/plan/render"
	"github.com/stella-ops/assure/internal/source"
)

func open(t testing.TB, text string) *source.Tree {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(text)).Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
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

const overlay = `-- prod/kustomization.yaml --
resources: [../base]
namePrefix: prod-
patches:
  - path: patch.yaml
images:
  - name: registry.example.org/web
    newTag: "2.0"
-- prod/patch.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - name: web
          securityContext:
            privileged: true
-- base/kustomization.yaml --
resources: [web.yaml]
-- base/web.yaml --
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: proxy
          image: registry.example.org/proxy:1.0
        - name: web
          image: registry.example.org/web:1.0
`

// Each value is found where it is written: in the base, in a patch, or in the
// kustomization that replaced it.
func TestPlaces(t *testing.T) {
	t.Parallel()
	out := Render(t.Context(), open(t, overlay), "prod/kustomization.yaml")
	if len(out.Problems) > 0 || len(out.Objects) != 1 {
		t.Fatalf("problems %v, %d objects", out.Problems, len(out.Objects))
	}
	o := out.Objects[0]
	if name := render.Map(o.Model["metadata"])["name"]; name != "prod-web" || o.File != "base/web.yaml" {
		t.Errorf("object %v of %s", name, o.File)
	}
	if _, noted := render.Map(o.Model["metadata"])["annotations"]; noted {
		t.Error("the renderer's own annotations are left")
	}
	at := func(i int, rest ...any) []any {
		return append([]any{"spec", "template", "spec", "containers", i}, rest...)
	}
	// Containers that a patch names come first in what kustomize makes.
	web, proxy := 0, 1
	if render.Map(o.Model["spec"])["replicas"] != 2 {
		t.Errorf("model %v", o.Model)
	}
	got := map[string]string{}
	for name, p := range map[string][]any{
		"replicas": {"spec", "replicas"}, "privileged": at(web, "securityContext", "privileged"), "replaced": at(web, "image"),
		"kept": at(proxy, "image"), "renamed": {"metadata", "name"}, "missing": at(proxy, "securityContext", "privileged"),
	} {
		loc, grade := o.Locator.Locate(p)
		got[name] = fmt.Sprintf("%s %s", loc, grade)
	}
	want := map[string]string{
		"replicas": "base/web.yaml:6:13 exact", "privileged": "prod/patch.yaml:10:25 exact", "replaced": "prod/kustomization.yaml:7:13 exact",
		"kept": "base/web.yaml:11:18 exact", "renamed": "base/web.yaml:4:9 rendered", "missing": "base/web.yaml:10:11 parent",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"base/kustomization.yaml", "base/web.yaml", "prod/kustomization.yaml", "prod/patch.yaml"}, out.Parts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"base/kustomization.yaml"}, Bases(open(t, overlay), "prod/kustomization.yaml")); diff != "" {
		t.Error(diff)
	}
}

// What would be fetched or run is refused at its place before anything is rendered.
func TestRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ text, at, message string }{
		"https":     {"resources:\n  - https://example.org/x.yaml\n", "kustomization.yaml:2:5", "is fetched"},
		"github":    {"resources: [github.com/acme/web]\n", "kustomization.yaml:1:13", "is fetched"},
		"git":       {"bases: ['git@example.org:acme/web.git']\n", "kustomization.yaml:1:9", "is fetched"},
		"query":     {"resources: ['acme/web?ref=main']\n", "kustomization.yaml:1:13", "is fetched"},
		"component": {"components: ['ssh://example.org/x']\n", "kustomization.yaml:1:14", "is fetched"},
		"patch":     {"patches: [{path: 'http://example.org/p.yaml'}]\n", "kustomization.yaml:1:18", "is fetched"},
		"generator": {"configMapGenerator: [{name: a, files: ['k=http://example.org/p']}]\n", "kustomization.yaml:1:40", "is fetched"},
		"outside":   {"resources: [../../etc/passwd]\n", "kustomization.yaml:1:13", "leads out"},
		"absolute":  {"resources: [/etc/passwd]\n", "kustomization.yaml:1:13", "leads out"},
		"missing":   {"resources: [no.yaml]\n", "kustomization.yaml:1:13", "neither a file"},
		"no_patch":  {"patches: [{path: no.yaml}]\n", "kustomization.yaml:1:18", "does not exist"},
		"helm":      {"helmCharts: [{name: x}]\n", "kustomization.yaml:1:1", "runs other programs"},
		"function":  {"transformers: [x.yaml]\n", "kustomization.yaml:1:1", "runs other programs"},
		"broken":    {"resources: [\n", "kustomization.yaml:1:1", "not readable"},
		"unknown":   {"resorces: [a.yaml]\n", "kustomization.yaml:1:1", "cannot be rendered"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := Render(t.Context(), open(t, "-- kustomization.yaml --\n"+tt.text), "kustomization.yaml")
			if len(out.Problems) == 0 || len(out.Objects) > 0 {
				t.Fatalf("problems %v, objects %v", out.Problems, out.Objects)
			}
			p := out.Problems[0]
			if !strings.HasPrefix(p.Location.String(), tt.at) || !strings.Contains(p.Message, tt.message) {
				t.Errorf("got %s %s", p.Location, p.Message)
			}
		})
	}
}

// A link out of the repository is not followed.
func TestLinkOut(t *testing.T) {
	t.Parallel()
	tree := open(t, "-- kustomization.yaml --\nresources: [link.yaml]\n")
	if err := os.Symlink("/etc/passwd", filepath.Join(tree.Dir(), "link.yaml")); err != nil {
		t.Fatal(err)
	}
	if out := Render(t.Context(), tree, "kustomization.yaml"); len(out.Problems) != 1 || len(out.Objects) > 0 {
		t.Errorf("%+v", out)
	}
}

func FuzzRender(f *testing.F) {
	for _, s := range []string{"resources: [web.yaml]\n", "patches: [{patch: 'a: b'}]\n", "namePrefix: x\nresources: [web.yaml]\n", "{resources: [web.yaml]}"} {
		f.Add(s)
	}
	const web = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: b, image: c}]}\n"
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		for name, data := range map[string]string{"kustomization.yaml": text, "web.yaml": web} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		tree, err := source.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer tree.Close()
		out := Render(t.Context(), tree, "kustomization.yaml")
		for _, o := range out.Objects {
			for _, p := range [][]any{nil, {"kind"}, {"spec", "containers", 0, "image"}, {"x", 1}} {
				if at, _ := o.Locator.Locate(p); at.Region.StartLine < 1 || at.URI == "" {
					t.Errorf("%v at %v", p, at)
				}
			}
		}
	})
}
