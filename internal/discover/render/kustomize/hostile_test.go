package kustomize

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stella-ops/assure/internal/discover/render/rendertest"
)

const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {a: b}\n"

// bomb is a document whose aliases expand beyond all bounds.
func bomb() string {
	s := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'j'; c++ {
		s += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 10), ","))
	}
	return s
}

func TestProblems(t *testing.T) {
	t.Parallel()
	tree := ""
	for i := range 14 {
		tree += fmt.Sprintf("-- d%d/kustomization.yaml --\nresources: [../d%d, ../e%d]\n-- e%d/kustomization.yaml --\nnamePrefix: a\nresources: [../d%d]\n", i, i+1, i, i, i+1)
	}
	long := strings.Repeat("x", 1<<20)
	deep := strings.Repeat("a/", 1000)
	tests := []struct{ name, files, at, message string }{
		{"remote base", "resources: ['https://github.com/acme/app//deploy?ref=v1', p.yaml]\n", "k/kustomization.yaml:1:13", "is not fetched"},
		{"remote file", "resources: [p.yaml, 'https://127.0.0.1:1/x.yaml']\n", "k/kustomization.yaml:1:21", "is not fetched"},
		{"short form of GitHub", "resources: [github.com/acme/app]\n-- k/github.com/acme/app/kustomization.yaml --\nnamePrefix: x\n", "k/kustomization.yaml:1:13", "is not fetched"},
		{"ssh", "resources: ['git@example.com:acme/app.git']\n", "k/kustomization.yaml:1:13", "is not fetched"},
		{"git prefix", "components: ['git::https://example.com/app']\n", "k/kustomization.yaml:1:14", "is not fetched"},
		{"remote patch", "resources: [p.yaml]\npatches: [{path: 'http://127.0.0.1:1/p'}]\n", "k/kustomization.yaml:2:18", "is not fetched"},
		{"remote generator file", "configMapGenerator: [{name: a, files: ['x=http://127.0.0.1:1/p']}]\n", "k/kustomization.yaml:1:40", "is not fetched"},
		{"remote schema", "resources: [p.yaml]\nopenapi: {path: 'http://127.0.0.1:1/p'}\n", "k/kustomization.yaml:2:1", "schema"},
		{"remote crd", "resources: [p.yaml]\ncrds: ['http://127.0.0.1:1/p']\n", "k/kustomization.yaml:2:8", "is not fetched"},
		{"remote replacement", "resources: [p.yaml]\nreplacements: [{path: 'http://127.0.0.1:1/p'}]\n", "k/kustomization.yaml:2:23", "is not fetched"},
		{"missing", "resources: [p.yaml, none.yaml]\n", "k/kustomization.yaml:1:21", "does not exist"},
		{"absolute", "resources: [/etc/passwd]\n", "k/kustomization.yaml:1:13", "no relative path"},
		{"above the repository", "resources: [../../x.yaml]\n", "k/kustomization.yaml:1:13", "out of the repository"},
		{"above the root", "resources: [../x.yaml]\n-- x.yaml --\n" + pod, "k/kustomization.yaml:1:13", "outside of the kustomization's directory"},
		{"generator above the root", "configMapGenerator: [{name: a, files: [../x]}]\n-- x --\nsecret\n", "k/kustomization.yaml:1:40", "outside of the kustomization's directory"},
		{"env above the root", "secretGenerator: [{name: a, envs: [../x]}]\n-- x --\nA=b\n", "k/kustomization.yaml:1:36", "outside of the kustomization's directory"},
		{"link out", "resources: [out.yaml]\n", "k/kustomization.yaml:1:13", "out of the repository"},
		{"generator link out", "configMapGenerator: [{name: a, files: [out.yaml]}]\n", "k/kustomization.yaml:1:40", "out of the repository"},
		{"link above the root", "resources: [up.yaml]\n-- x.yaml --\n" + pod, "k/kustomization.yaml:1:13", "outside of the kustomization's directory"},
		{"cycle", "resources: [../o]\n-- o/kustomization.yaml --\nresources: [../k]\n", "o/kustomization.yaml:1:13", "take the cycle out"},
		{"base above itself", "resources: [..]\n-- kustomization.yaml --\nnamePrefix: x\n", "k/kustomization.yaml:1:13", "take the cycle out"},
		{"helm chart", "helmCharts: [{name: redis, repo: 'https://example.com'}]\n", "k/kustomization.yaml:1:14", "not rendered here"},
		{"exec generator", "resources: [p.yaml]\ngenerators: [g.yaml]\n-- k/g.yaml --\napiVersion: x/v1\nkind: G\n", "k/kustomization.yaml:2:14", "not run"},
		{"function transformer", "resources: [p.yaml]\ntransformers: [t.yaml]\n-- k/t.yaml --\napiVersion: x/v1\nkind: G\nmetadata: {name: a, annotations: {config.kubernetes.io/function: 'exec: {path: ./x}'}}\n", "k/kustomization.yaml:2:16", "not run"},
		{"built-in that reads files", "resources: [p.yaml]\ntransformers:\n- |\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: a}\n  path: http://127.0.0.1:1/x\n", "k/kustomization.yaml:3:3", "not run"},
		{"helm as a transformer", "resources: [p.yaml]\ntransformers:\n- |\n  apiVersion: builtin\n  kind: HelmChartInflationGenerator\n  metadata: {name: a}\n", "k/kustomization.yaml:3:3", "not run"},
		{"empty transformer", "resources: [p.yaml]\ntransformers: [t.yaml]\n-- k/t.yaml --\n", "k/kustomization.yaml:2:16", "not run"},
		{"validator", "resources: [p.yaml]\nvalidators: [v.yaml]\n", "k/kustomization.yaml:2:14", "not run"},
		{"unknown key", "resources: [p.yaml]\nresource: []\n", "k/kustomization.yaml:2:1", "unknown field"},
		{"wrong type", "resources: [p.yaml]\nnamePrefix: [a]\n", "k/kustomization.yaml:2:1", "cannot unmarshal"},
		{"broken", "resources: [\n", "k/kustomization.yaml:2:1", "not readable"},
		{"empty", "", "k/kustomization.yaml:1:1", "is empty"},
		{"two files", "resources: [p.yaml]\n-- k/kustomization.yml --\nresources: [p.yaml]\n", "k/kustomization.yaml:1:1", "more than one"},
		{"base without a kustomization", "resources: [../o]\n-- o/x.yaml --\n" + pod, "o/kustomization.yaml:1:1", "no kustomization.yaml"},
		{"broken resource", "resources: [b.yaml]\n-- k/b.yaml --\na: [\n", "k/b.yaml:2:1", "not readable"},
		{"no object", "resources: [b.yaml]\n-- k/b.yaml --\na: b\n", "k/kustomization.yaml:1:13", "missing Resource metadata"},
		{"twice the same", "resources: [p.yaml, q.yaml]\n-- k/q.yaml --\n" + pod, "k/kustomization.yaml:1:21", "already registered"},
		{"patch without a target", "resources: [p.yaml]\npatches:\n- path: x.yaml\n-- k/x.yaml --\napiVersion: v1\nkind: Pod\nmetadata:\n  name: q\n", "k/x.yaml:4:9", "strategic merge patch"},
		{"inline patch without a target", "resources: [p.yaml]\npatches:\n- patch: |-\n    apiVersion: v1\n    kind: Pod\n    metadata:\n      name: q\n", "k/kustomization.yaml:7:13", "strategic merge patch"},
		{"broken patch", "resources: [p.yaml]\npatches:\n- path: x.yaml\n-- k/x.yaml --\na: [\n", "k/x.yaml:2:1", "not readable"},
		{"patch that fails", "resources: [p.yaml]\npatches:\n- path: x.yaml\n  target: {kind: Pod}\n-- k/x.yaml --\n- {op: remove, path: /spec/none}\n", "k/kustomization.yaml", "remove"},
		{"alias bomb", "resources: [b.yaml]\n-- k/b.yaml --\n" + pod + bomb(), "k/b.yaml:1:1", "expand"},
		{"alias bomb in the kustomization", "resources: [p.yaml]\n" + bomb(), "k/kustomization.yaml:1:1", "expand"},
		{"alias bomb in a patch", "resources: [p.yaml]\npatches: [{path: x.yaml}]\n-- k/x.yaml --\n" + pod + bomb(), "k/x.yaml:1:1", "expand"},
		{"doubling tree", "resources: [../d0]\n" + tree + "-- d14/kustomization.yaml --\nnamePrefix: x\n", "k/kustomization.yaml:1:1", "uses more than"},
		{"copies", "resources: [p.yaml]\npatches:\n- target: {kind: Pod}\n  patch: |\n" + strings.Repeat("    - {op: copy, from: /spec, path: /spec/x}\n", 40), "k/kustomization.yaml:1:1", "copy operations"},
		{"replacement of itself", "resources: [p.yaml]\nreplacements:\n" + strings.Repeat("- {source: {kind: Pod, fieldPath: spec}, targets: [{select: {kind: Pod}, fieldPaths: [spec.x], options: {create: true}}]}\n", 80), "k/kustomization.yaml:1:1", "double a text"},
		{"text of itself", "resources: [p.yaml]\nreplacements:\n" + strings.Repeat("- {source: {kind: Pod, fieldPath: spec.a}, targets: [{select: {kind: Pod}, fieldPaths: [spec.a], options: {delimiter: /, index: -1}}]}\n", 80), "k/kustomization.yaml:1:1", "double a text"},
		{"huge variable", "resources: [p.yaml, q.yaml]\nvars: [{name: V, objref: {kind: Pod, name: q, apiVersion: v1}, fieldref: {fieldpath: spec.v}}]\n-- k/q.yaml --\napiVersion: v1\nkind: Pod\nmetadata: {name: q}\nspec: {v: " + long + ", w: '" + strings.Repeat("$(V)", 100) + "'}\n", "k/kustomization.yaml:1:1", "too large"},
		{"deep path", "resources: [p.yaml]\nlabels: [{pairs: {a: b}, fields: [{path: " + deep + "a, create: true}]}]\n", "k/kustomization.yaml:1:1", "longer than"},
		{"long name for many objects", "namePrefix: " + long + "\nresources: [m.yaml]\n-- k/m.yaml --\n" + strings.Repeat("---\n"+pod, 1000), "k/kustomization.yaml:1:1", "too many objects"},
		{"too many objects", "resources: [m.yaml]\n-- k/m.yaml --\n" + strings.Repeat("---\n"+pod, 5000), "k/kustomization.yaml:1:1", "4000 objects"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := rendertest.Unpack("-- k/kustomization.yaml --\n" + tt.files)
			files["k/p.yaml"] = pod
			tree := rendertest.Repository(t, files)
			for name, to := range map[string]string{"out.yaml": "/etc/passwd", "up.yaml": "../x.yaml"} {
				if err := os.Symlink(to, filepath.Join(tree.Dir(), "k", name)); err != nil {
					t.Fatal(err)
				}
			}
			out := Render(t.Context(), tree, "k")
			if len(out.Problems) != 1 {
				t.Fatalf("problems %v", out.Problems)
			}
			got := out.Problems[0]
			if !strings.HasPrefix(got.Location.String(), tt.at) || !strings.Contains(got.Message, tt.message) {
				t.Errorf("got %s %s", got.Location, got.Message)
			}
			if strings.Contains(got.Message, "/whole") || strings.Contains(got.Message, "yaml/0") || len(got.Message) > 700 {
				t.Errorf("message %s", got.Message)
			}
		})
	}
}

// TestRestIsRendered renders what can be in spite of a problem.
func TestRestIsRendered(t *testing.T) {
	t.Parallel()
	files := rendertest.Unpack("-- k/kustomization.yaml --\nresources: [p.yaml, 'https://example.com/x.yaml']\nreplicas: [{name: d, count: 1000000}]\n-- k/p.yaml --\n" + pod + "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n")
	out := Render(t.Context(), rendertest.Repository(t, files), "k")
	if len(out.Problems) != 1 || len(out.Objects) != 2 {
		t.Errorf("problems %v, objects %v", out.Problems, out.Objects)
	}
}

// TestTimeEnds gives up when the context does.
func TestTimeEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	out := Render(ctx, rendertest.Repository(t, map[string]string{"k/kustomization.yaml": "resources: [p.yaml]\n", "k/p.yaml": pod}), "k")
	if len(out.Problems) == 0 || len(out.Objects) > 0 {
		t.Errorf("%v", out)
	}
}

// TestOrder renders the same output every time.
func TestOrder(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/shop.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := rendertest.Unpack(string(text))
	tree := rendertest.Repository(t, files)
	first := rendertest.Describe(Render(t.Context(), tree, "overlays/prod"), files)
	for range 5 {
		if again := rendertest.Describe(Render(t.Context(), tree, "overlays/prod"), files); again != first {
			t.Fatal("two runs differ")
		}
	}
}
