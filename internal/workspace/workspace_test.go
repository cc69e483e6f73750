package workspace

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLocate(t *testing.T) {
	t.Parallel()
	repo, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	outside := t.TempDir()
	for _, dir := range []string{".git/objects", ".git/refs", "a/b"} {
		if err := os.MkdirAll(filepath.Join(repo, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(repo, ".git", "HEAD"), []byte("ref: refs/heads/main\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][2]string{
		repo: {repo, ""}, filepath.Join(repo, "a", "b"): {repo, "a/b"}, outside: {outside, ""},
	} {
		root, sub, err := locate(path)
		if diff := cmp.Diff(want, [2]string{root, sub}); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", path, err, diff)
		}
	}
	if _, _, err := locate(filepath.Join(repo, "gone")); err == nil {
		t.Error("a directory that is not there was located")
	}
}
