package discover

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover/render/rendertest"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

// TestStable wants the same plan of the same files, twelve times over.
func TestStable(t *testing.T) {
	t.Parallel()
	trees := map[string]*source.Tree{
		"several errors": rendertest.Repository(t, map[string]string{
			"compose.yaml": "services:\n  a: {image: x, deploy: {replicas: x}, ports: [\"x:y\"]}\n  b: {image: x, deploy: {replicas: y}, bogus: 1}\n",
			"b/x.yaml":     "services:\n  a: {image: x, deploy: {replicas: x, bogus: 1}}\n  b: {imag: x, init: [1]}\nnetworks: [a]\n",
			"c/Dockerfile": "ARG A=b\nFROM $A AS c\nFROM ${D}${E}\n", "d.sh": "docker compose -f b/x.yaml up\ndocker build -t x:1 c\n",
			"k.yaml": "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: a}, {image: b}]}\n", "t/a.yml.j2": "services:\n  {{ a }}: {}\n",
		}),
		"whole set": rendertest.Repository(t, map[string]string{"compose.yaml": "services:\n  a: {deploy: {replicas: x}, init: q}\nnetworks: []\n"}),
	}
	for _, name := range []string{"hardened", "vulnerable"} {
		dir := "../../testdata/projects/" + name
		if _, err := os.Stat(dir); err != nil {
			t.Fatal(err)
		}
		tree, err := source.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		trees[name] = tree
	}
	for name, tree := range trees {
		t.Run(name, func(t *testing.T) {
			first := told(t, tree)
			for range 11 {
				if again := told(t, tree); again != first {
					t.Fatalf("differs:\n%s\n%s", first, again)
				}
			}
		})
	}
}

// told is all that a plan says.
func told(t *testing.T, tree *source.Tree) string {
	t.Helper()
	p, err := Build(t.Context(), tree, config.Default(), plan.Event{Name: "local"}, source.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	rest, err := json.Marshal([]any{p.OutOfScope, p.Unparsed})
	if err != nil {
		t.Fatal(err)
	}
	return describe(p, nil) + string(rest)
}
