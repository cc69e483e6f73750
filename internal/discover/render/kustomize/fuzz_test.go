package kustomize

import (
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/discover/render/rendertest"
)

// FuzzRender demands that every place lies in a file of the repository, and that
// nothing is silent: no output without a problem but for a kustomization of nothing.
func FuzzRender(f *testing.F) {
	for _, s := range []string{
		"resources: [p.yaml]\nnamePrefix: x\n", "resources: [p.yaml]\npatches: [{path: x.yaml, target: {kind: Pod}}]\n",
		"resources: [p.yaml, ../b]\nimages: [{name: a, newTag: b}]\nreplicas: [{name: p, count: 2}]\n",
		"configMapGenerator: [{name: a, literals: [a=b], files: [x.yaml, y=p.yaml]}]\ngeneratorOptions: {labels: {a: b}}\n",
		"resources: [p.yaml]\nreplacements: [{source: {kind: Pod}, targets: [{select: {kind: Pod}, fieldPaths: [spec.a]}]}]\n",
		"resources: [p.yaml]\ntransformers:\n- |\n  apiVersion: builtin\n  kind: PrefixTransformer\n  metadata: {name: a}\n  prefix: b\n",
		"resources: [p.yaml]\nvars: [{name: V, objref: {kind: Pod, name: p, apiVersion: v1}}]\n", "bases: [../b]\ncommonLabels: {a: b}\n",
		"resources: [p.yaml]\npatchesJson6902: [{target: {version: v1, kind: Pod, name: p}, path: x.yaml}]\nnamespace: n\n",
		"resources: [p.yaml]\npatchesStrategicMerge:\n- |-\n  apiVersion: v1\n  kind: Pod\n  metadata: {name: p}\n  $patch: delete\n", "apiVersion: x\n",
	} {
		f.Add(s, "- {op: add, path: /spec/x, value: {y: z}}\n")
		f.Add(s, "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: a}]}\n")
	}
	merge := "resources: [x.yaml]\nconfigMapGenerator: [{name: a, behavior: merge, literals: [b=c]}]\n"
	for _, s := range []string{"data: abc", "data: [1]", "data: {b: [1]}\nbinaryData: x", "metadata: {name: a, annotations: [x]}", "metadata: {name: a, labels: {a: {b: c}}}", "kind: [a]"} {
		object := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
		if key, _, _ := strings.Cut(s, ":"); strings.Contains(object, key+":") {
			object = "apiVersion: v1\n"
		}
		f.Add(merge, object+s+"\n")
		f.Add("resources: [p.yaml]\ncommonLabels: {a: b}\nnamespace: c\ncommonAnnotations: {d: e}\n", object+s+"\n")
	}
	f.Fuzz(func(t *testing.T, text, patch string) {
		if strings.Contains(text, "vars") && strings.Contains(patch, "$(") {
			t.Skip("prints warnings")
		}
		files := map[string]string{
			"k/kustomization.yaml": text, "k/x.yaml": patch, "k/p.yaml": pod + "---\n" + patch,
			"b/kustomization.yaml": "resources: [q.yaml]\n", "b/q.yaml": strings.Replace(pod, "name: p", "name: q", 1),
		}
		tree := rendertest.Repository(t, files)
		entries, _ := Entries(t.Context(), tree, []string{"b", "k"})
		for _, dir := range entries {
			out := Render(t.Context(), tree, dir)
			for _, p := range out.Problems {
				if _, ok := files[p.Location.URI]; !ok {
					t.Errorf("%s: %s", p.Location, p.Message)
				}
			}
			checkPlaces(t, files, out)
		}
	})
}

func checkPlaces(t *testing.T, files map[string]string, out render.Output) {
	t.Helper()
	for _, o := range out.Objects {
		if _, ok := files[o.File]; !ok {
			t.Errorf("object of %q", o.File)
		}
		rendertest.Leaves(o.Model, nil, func(path []any, _ any) {
			for _, p := range [][]any{path, append(path[:len(path):len(path)], "none")} {
				at, grade := o.Locator.Locate(p)
				if _, ok := files[at.URI]; !ok || at.Region.StartLine < 1 || grade == "" {
					t.Errorf("%v is at %s", p, at)
				}
				rendertest.Cut(files, at)
			}
		})
	}
}
