package workspace

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/trust"
)

// remove takes a loose object out of a repository.
func remove(t *testing.T, dir, id string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, ".git/objects", id[:2], id[2:])); err != nil {
		t.Fatal(err)
	}
}

// TestABlobThatIsGone is found out only while a stage reads it: then nothing holds that
// was found out about the base.
func TestABlobThatIsGone(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	git(t, h.dir, "checkout", "-q", "--detach", h.merge)
	blob := git(t, h.dir, "rev-parse", h.main+":policy")
	w, err := Open(t.Context(), h.dir, options(h.pull(), nil))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if w.BaseBroken() != "" {
		t.Errorf("nothing is wrong: %s", w.BaseBroken())
	}
	if w.Base.Has("gone"); w.BaseBroken() != "" {
		t.Errorf("a file that the base does not have: %s", w.BaseBroken())
	}
	remove(t, h.dir, blob)
	if _, err := w.Base.Read("policy", 100); err == nil {
		t.Error("a blob that is gone was read")
	}
	if says := w.BaseBroken(); !strings.Contains(says, "every finding counts as new") || strings.Contains(says, "\n") {
		t.Errorf("says %q", says)
	}
}

// TestATreeThatIsGone: a run has a report all the same, be the base one that was asked for.
func TestATreeThatIsGone(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	git(t, h.dir, "checkout", "-q", "--detach", h.merge)
	remove(t, h.dir, git(t, h.dir, "rev-parse", h.main+"^{tree}"))
	w, err := Open(t.Context(), h.dir, options(h.pull(), nil))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if w.Base != nil || w.Trust.Policy != trust.BuiltIn || !strings.Contains(w.Degraded, "cannot be read: the object is not in the clone") {
		t.Errorf("policy %s, says %q", w.Trust.Policy, w.Degraded)
	}
	o := options(trust.Facts{}, nil)
	o.Base = h.main
	named, err := Open(t.Context(), h.dir, o)
	if err != nil {
		t.Fatal(err)
	}
	defer named.Close()
	if named.Base != nil || !strings.Contains(named.NoBase, "every finding counts as new") {
		t.Errorf("says %q", named.NoBase)
	}
}
