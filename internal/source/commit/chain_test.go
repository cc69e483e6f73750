package commit_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/commit"
)

// In a partial clone blobs are missing: some are still in the work tree, others far away.
func TestChain(t *testing.T) {
	dir := fixture(t)
	_, c := head(t, dir)
	files, err := c.Files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var entries []commit.Entry
	for _, name := range []string{".assure.yml", ".gitattributes", "a/compose.yaml"} {
		id, ok := files.ID(name)
		if !ok {
			t.Fatal(name)
		}
		entries = append(entries, commit.Entry{Name: name, ID: id, Size: -1})
	}
	want := map[string]string{}
	for _, e := range entries {
		data, err := files.Head(e.Name, 100)
		if err != nil {
			t.Fatal(err)
		}
		want[e.Name] = string(data)
	}
	for _, e := range entries[1:] { // the first stays
		if err := os.Remove(filepath.Join(dir, ".git/objects", e.ID[:2], e.ID[2:])); err != nil {
			t.Fatal(err)
		}
	}
	write(t, dir, "a/compose.yaml", "changed\n")
	tree, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	asked := 0
	remote := commit.BlobFunc(func(id string, limit int64) ([]byte, error) {
		asked++
		if id == entries[2].ID {
			return []byte(want["a/compose.yaml"]), nil
		}
		return []byte("forged"), nil
	})
	r, _ := head(t, dir)
	all := commit.NewFiles(entries, commit.Chain(r, nil, commit.WorkTree(tree, entries), commit.Verified(remote)))
	for range 2 {
		for name, text := range want {
			if data, err := all.Head(name, 100); string(data) != text || err != nil {
				t.Errorf("%s: %q, %v", name, data, err)
			}
			if data, err := all.Head(name, 3); string(data) != text[:3] || err != nil {
				t.Errorf("start of %s: %q, %v", name, data, err)
			}
		}
	}
	if asked != 1 {
		t.Errorf("the remote was asked %d times", asked)
	}
	local := commit.NewFiles(entries, commit.Chain(r, commit.WorkTree(tree, entries)))
	if _, err := local.Head("a/compose.yaml", 9); !errors.Is(err, commit.ErrMissing) {
		t.Errorf("without the remote: %v", err)
	}
	forged := commit.NewFiles([]commit.Entry{{Name: "x", ID: strings.Repeat("1", 40)}}, commit.Chain(r, commit.Verified(remote)))
	if _, err := forged.Head("x", 9); err == nil || errors.Is(err, commit.ErrMissing) {
		t.Errorf("forged content: %v", err)
	}
	broken := commit.BlobFunc(func(string, int64) ([]byte, error) { return nil, fmt.Errorf("no answer") })
	if _, err := commit.Chain(broken, remote).Blob("x", 1); err == nil || err.Error() != "no answer" {
		t.Errorf("an error that is not a missing object: %v", err)
	}
}

// head opens a repository and what is checked out.
func head(t *testing.T, dir string) (*commit.Repository, *commit.Commit) {
	t.Helper()
	r, err := commit.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	id, _, err := r.Head()
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Commit(id)
	if err != nil {
		t.Fatal(err)
	}
	return r, c
}
