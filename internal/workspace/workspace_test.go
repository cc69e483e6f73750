package workspace

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/github"
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

func TestAChangeNeedsItsBase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if w.ChangeUnderTest() || w.Trusted() != w.Tree || w.Event.Name != "local" || w.NoBase == "" {
		t.Errorf("a local run is %+v", w)
	}
	for name, o := range map[string]Options{
		"pull request":  {GitHub: github.Context{Event: "pull_request"}},
		"merge group":   {GitHub: github.Context{Event: "merge_group"}},
		"named commit":  {Base: "main"},
		"push, compare": {GitHub: github.Context{Event: "push", BaseSHA: "0123456789abcdef0123456789abcdef01234567"}},
	} {
		if w, err := Open(t.Context(), dir, o); err == nil {
			w.Close()
			t.Errorf("%s: opened without the base commit", name)
		}
	}
}
