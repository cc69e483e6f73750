package compose

import (
	"errors"
	"testing"

	"github.com/stella-ops/assure/internal/discover/render/rendertest"
	"github.com/stella-ops/assure/internal/source"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	tree := rendertest.Repository(t, map[string]string{"a.yml": "services: {}\n", "b.yml": "services: {}\n"})
	s := &Set{Dir: ".", Files: []string{"a.yml"}, closure: newClosure(tree, ".")}
	if err := s.add("a.yml", ".", Environment{}, true, nil); err != nil {
		t.Fatal(err)
	}
	g := guard{s, "", tree.Dir()}
	for p, refused := range map[string]bool{"a.yml": false, "./a.yml": false, "b.yml": true, "../a.yml": true, "/etc/passwd": true, "https://a.yml": true, "~/a.yml": true} {
		if g.Accept(p) != refused {
			t.Errorf("%s: refused %t", p, !refused)
		}
	}
	if _, err := g.Load(t.Context(), "b.yml"); !errors.Is(err, source.ErrOutside) {
		t.Errorf("load: %v", err)
	}
}
