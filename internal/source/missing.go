package source

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
)

// MaxMissing bounds how many files that are not on disk are named.
const MaxMissing = 1000

// head compares what was found with what the state under test holds.
func (w *walker) head() {
	if w.selected.Head == nil {
		return
	}
	for _, dir := range w.selected.Head.Submodules() {
		if !within(w.selected.Under, dir) {
			continue
		}
		if _, by := excludedBy(w.globs, dir); by >= 0 {
			w.used[by] = true
			w.take(dir, by)
			continue
		}
		w.found.Submodules = append(w.found.Submodules, dir)
	}
	w.missing(w.selected.Head.Tracked())
}

// missing goes through both sorted lists at once, so that only what was not found is
// looked for.
func (w *walker) missing(tracked []string) {
	slices.Sort(w.found.Files)
	files, past := w.found.Files, ""
	for _, name := range tracked {
		for len(files) > 0 && files[0] < name {
			files = files[1:]
		}
		switch {
		case len(files) > 0 && files[0] == name, past != "" && strings.HasPrefix(name, past), !within(w.selected.Under, name):
		case len(w.found.Missing) == MaxMissing:
			return
		default:
			past = w.look(name)
		}
	}
}

// look notes a file that is gone. What is excluded need not be there: then it returns
// the directory that is.
func (w *walker) look(name string) (excluded string) {
	if _, ok := w.found.Excluded[name]; ok {
		return ""
	}
	if top, by := excludedBy(w.globs, name); by >= 0 {
		return top + "/"
	}
	if _, err := w.tree.files.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		w.found.Missing = append(w.found.Missing, name)
	}
	return ""
}

// unused names the globs that matched nothing, unless there was more to match than was
// looked at.
func (w *walker) unused() {
	if w.leftExcluded < 0 || w.selected.Under != "" {
		return
	}
	for i, used := range w.used {
		if !used {
			w.found.Unused = append(w.found.Unused, i)
		}
	}
}
