package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestReplace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root, err := os.ReadFile("../trusted_root.json")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2027, 1, 2, 23, 0, 0, 0, time.UTC)
	if err := replace(dir, root, now); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"trusted_root.date": "2027-01-02\n", "trusted_root.json": string(root)} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: %v, %d bytes", name, err, len(got))
		}
	}
	if err := replace(dir, []byte("{}"), now); err == nil {
		t.Error("an empty root was written")
	}
	if got, err := os.ReadFile(filepath.Join(dir, "trusted_root.json")); err != nil || string(got) != string(root) {
		t.Errorf("the good root is gone: %v", err)
	}
}
