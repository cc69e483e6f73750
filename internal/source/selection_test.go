package source

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// some is a head with the named files, sorted.
type some []string

func (s some) Holds(file string) bool { return slices.Contains(s, file) }
func (s some) Reaches(dir string) bool {
	return slices.ContainsFunc(s, func(f string) bool { return strings.HasPrefix(f, dir+"/") })
}
func (s some) Tracked() []string    { return s }
func (s some) Submodules() []string { return []string{"mods/a", "mods/b"} }

func TestWalkOfAHead(t *testing.T) {
	t.Parallel()
	tr := tree(t, map[string]string{
		"a/x.yml": "", "a/y.yml": "", "b/z.yml": "", "node_modules/m/lock": "", "node_modules/n/lock": "", "skip/s.yml": "", "mods/a/f": "",
	})
	for link, to := range map[string]string{"held": "a/x.yml", "loose": "a/y.yml", "dir": "b", "other": "a"} {
		if err := os.Symlink(to, filepath.Join(tr.Dir(), link)); err != nil {
			t.Fatal(err)
		}
	}
	head := some{"a/gone.yml", "a/x.yml", "dir", "held", "loose", "node_modules/m/lock", "other", "skip/gone.yml", "skip/s.yml", "z"}
	got, err := tr.Walk(t.Context(), Selection{Head: head, Exclude: []string{"skip", "mods/b"}})
	if err != nil {
		t.Fatal(err)
	}
	want := Listing{
		Files: []string{"a/x.yml", "node_modules/m/lock"}, Links: []string{"dir", "loose"}, Inner: []string{"held", "other"},
		Missing: []string{"a/gone.yml", "z"}, Submodules: []string{"mods/a"}, Excluded: map[string]int{"skip/s.yml": 0, "mods/b": 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWalkUnderADirectory(t *testing.T) {
	t.Parallel()
	tr := tree(t, map[string]string{"a/x.yml": "", "a/b/y.yml": "", "ab/n": "", "other/z.yml": "", "out/gen/n": "", "common/deep/s.yml": "", "top.yml": ""})
	for link, to := range map[string]string{
		"a/up": "..", "a/self": "../a", "a/b/in": "../../common", "a/b/twice": "../../common/deep", "common/back": "../a/b", "common/round": "../common", "a/cut": "../out/gen", "a/file": "../top.yml",
	} {
		if err := os.Symlink(to, filepath.Join(tr.Dir(), link)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := tr.Walk(t.Context(), Selection{Under: "a", Exclude: []string{"**/a/**", "out", "elsewhere"}})
	if err != nil {
		t.Fatal(err)
	}
	want := Listing{
		Files: []string{"a/b/y.yml", "a/x.yml", "common/deep/s.yml"},
		Inner: []string{"a/b/in", "a/b/twice", "a/cut", "a/file", "a/self", "a/up", "common/back", "common/round"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, err = tr.Walk(t.Context(), Selection{Under: "missing", Head: Whole{Modules: []string{"m"}}}); err != nil || cmp.Diff(Listing{}, got) != "" {
		t.Errorf("a directory that is not there: %v, %v", got, err)
	}
	if got, err = tr.Walk(t.Context(), Selection{Under: "ab", Head: Whole{Modules: []string{"ab/m"}}}); err != nil || cmp.Diff(Listing{Files: []string{"ab/n"}, Submodules: []string{"ab/m"}}, got) != "" {
		t.Errorf("all of a tree: %v, %v", got, err)
	}
}
