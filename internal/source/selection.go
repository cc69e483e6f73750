package source

import (
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Selection says which files of a tree are assessed. Its zero value selects all of them.
type Selection struct {
	// Head knows what belongs to the state under test; nil means everything on disk but
	// node_modules.
	Head Head
	// Exclude lists globs of what is not assessed: slash paths from the root.
	Exclude []string
	// Under is the one directory that is assessed, even when a glob excludes it; empty means
	// all.
	Under string
	// Committed is true when what is under test is a commit, so that a file of it that is
	// not on disk was not deleted by anybody, but is not seen.
	Committed bool
}

// Head knows which files belong to the state under test.
type Head interface {
	// Holds reports whether the file belongs to it.
	Holds(file string) bool
	// Reaches reports whether anything below the directory may belong to it.
	Reaches(dir string) bool
	// Tracked are the files that must be on disk, sorted.
	Tracked() []string
	// Submodules are the directories that hold other repositories, sorted.
	Submodules() []string
}

// Whole is the head of a tree that holds nothing else, such as that of a commit.
type Whole struct{ Modules []string }

// Holds is true.
func (Whole) Holds(string) bool { return true }

// Reaches is true.
func (Whole) Reaches(string) bool { return true }

// Tracked is empty: what is there is what there is.
func (Whole) Tracked() []string { return nil }

// Submodules are the directories that hold other repositories.
func (w Whole) Submodules() []string { return w.Modules }

// Excluded reports whether a glob matches the path or a directory above it.
func Excluded(globs []string, name string) bool {
	_, by := excludedBy(trimmed(globs), name)
	return by >= 0
}

// excludedBy is the topmost path, name or a directory above it, that a glob matches, and
// the index of the glob; -1 without one.
func excludedBy(globs []string, name string) (top string, by int) {
	by = -1
	if len(globs) == 0 {
		return "", by
	}
	for p := name; p != "." && p != "/"; p = path.Dir(p) {
		if i := slices.IndexFunc(globs, func(g string) bool { return doublestar.MatchUnvalidated(g, p) }); i >= 0 {
			top, by = p, i
		}
	}
	return top, by
}

func trimmed(globs []string) []string {
	out := make([]string, len(globs))
	for i, g := range globs {
		out[i] = strings.TrimSuffix(strings.TrimPrefix(g, "./"), "/")
	}
	return out
}

// within reports whether the path is the directory or lies below it.
func within(dir, name string) bool {
	return dir == "" || dir == "." || name == dir || len(name) > len(dir) && name[len(dir)] == '/' && name[:len(dir)] == dir
}
