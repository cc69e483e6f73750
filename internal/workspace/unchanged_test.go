package workspace

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/stella-ops/assure/internal/source"
)

// tree writes files into a new directory and opens it; a text that begins with -> is a link.
func tree(t *testing.T, files map[string]string) *source.Tree {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if err == nil && text[:2] == "->" {
			err = os.Symlink(text[2:], path)
		} else if err == nil {
			err = os.WriteFile(path, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	tr, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close() })
	return tr
}

func TestUnchanged(t *testing.T) {
	t.Parallel()
	base := map[string]string{"same": "text", "edited": "text", "gone": "text", "a/same": "text", "b/same": "text", "c/same": "text", "link": "text"}
	head := maps.Clone(base)
	maps.Copy(head, map[string]string{"edited": "tixt", "new": "text", "b/new": "text", "c/same": "tixt", "link": "->same", ".git/HEAD": "ref"})
	delete(head, "gone")
	w := &Workspace{Tree: tree(t, head), Base: tree(t, base)}
	same := w.Unchanged()
	for name, want := range map[string]bool{
		"same": true, "edited": false, "gone": false, "new": false, "nowhere": true, "link": false, "a": false, "same/x": false,
		"a/": true, "b/": false, "c/": false, "nowhere/": true, "./": false, "../x": false, "../": false, "/etc/passwd": false, "": false,
	} {
		if got := same(name); got != want || same(name) != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
	if (&Workspace{Tree: w.Tree}).Unchanged() != nil {
		t.Error("without a base commit something is unchanged")
	}
}
