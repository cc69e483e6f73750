package plan

import (
	"errors"
	"testing"

	"github.com/stella-ops/assure/internal/plan/render/rendertest"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	tree := rendertest.Repository(t, map[string]string{"a.yml": "services: {}\n", "b.yml": "services: {}\n"})
	s := &set{dir: ".", files: []string{"a.yml"}, closure: newClosure(tree, ".")}
	if err := s.add("a.yml", ".", environment{}, true, nil); err != nil {
		t.Fatal(err)
	}
	g := guard{s, ""}
	for p, refused := range map[string]bool{"a.yml": false, "./a.yml": false, "b.yml": true, "../a.yml": true, "/etc/passwd": true, "https://a.yml": true, "~/a.yml": true} {
		if g.Accept(p) != refused {
			t.Errorf("%s: refused %t", p, !refused)
		}
	}
	if _, err := g.Load(t.Context(), "b.yml"); !errors.Is(err, errOutside) {
		t.Errorf("load: %v", err)
	}
}
