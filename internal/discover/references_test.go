package discover

import (
	"fmt"
	"strings"
	"testing"
)

// A workflow cannot make a run ask for thousands of images.
func TestMatrixIsBounded(t *testing.T) {
	t.Parallel()
	var values []string
	for i := range 30 {
		values = append(values, fmt.Sprint("v", i))
	}
	axis := "[" + strings.Join(values, ", ") + "]"
	p := buildPlan(t, map[string]string{".github/workflows/w.yml": "jobs:\n  j:\n    strategy: {matrix: {a: " + axis + ", b: " + axis +
		"}}\n    container: x/${{ matrix.a }}/${{ matrix.b }}:1\n"})
	if len(p.Images) != 30 {
		t.Fatalf("%d images", len(p.Images))
	}
	for _, im := range p.Images {
		if len(im.Unresolved) != 1 || im.Unresolved[0] != "matrix.b" {
			t.Fatalf("%+v", im)
		}
	}
}

// Places of every image lie inside of its file and hold a part of its reference,
// whatever the file says.
func FuzzReferences(f *testing.F) {
	f.Add("jobs: {a: {container: 'docker://x', services: {s: {image: \"a:${{ matrix.b }}\"}}, strategy: {matrix: {b: [1]}}}}")
	f.Add("images: [{name: a, newTag: 1, digest: x}]\nruns: {image: docker://é}")
	f.Add("image: {repository: a, tag: |\n  b\n}\nx: &a {image: b:1}\ny: *a\n<<: *a")
	f.Fuzz(func(t *testing.T, text string) {
		names := []string{".github/workflows/a.yml", "action.yml", "kustomization.yaml", "values.yaml"}
		files := map[string]string{}
		for _, name := range names {
			files[name] = text
		}
		for _, im := range buildPlan(t, files).Images {
			if got, inside := cutOut(files, im.Location); !inside || got == "" && im.Ref != "" {
				t.Fatalf("image without a place: %+v", im)
			}
		}
	})
}
