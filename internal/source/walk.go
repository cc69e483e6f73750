package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// maxFiles is the number of entries above which a tree is not walked to its end.
const maxFiles = 200_000

// ErrTooManyFiles marks a tree with more entries than are looked at.
var ErrTooManyFiles = errors.New("too many files")

// Listing is what a walk found, sorted by slash path.
type Listing struct {
	// Files are the regular files.
	Files []string
	// Links are symbolic links that lead out of the tree or nowhere.
	Links []string
	// Inner are symbolic links to something inside the tree, by name.
	Inner []string
	// Special are pipes, sockets and devices.
	Special []string
	// Unreadable are directories that could not be listed.
	Unreadable []string
}

// Walk lists the tree without following links. It skips .git, node_modules and what
// the globs exclude; more than 200,000 entries yield ErrTooManyFiles.
func (t *Tree) Walk(ctx context.Context, exclude []string) (Listing, error) {
	w := &walker{tree: t, exclude: exclude, left: maxFiles}
	err := fs.WalkDir(listed{t.root.FS(), t.root}, ".", func(name string, e fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return w.visit(name, e, err)
	})
	if err != nil {
		return Listing{}, fmt.Errorf("list files of the repository: %w", err)
	}
	for _, names := range [][]string{w.found.Files, w.found.Links, w.found.Inner, w.found.Special, w.found.Unreadable} {
		slices.Sort(names)
	}
	return w.found, nil
}

type walker struct {
	tree    *Tree
	exclude []string
	left    int
	found   Listing
}

func (w *walker) visit(name string, e fs.DirEntry, err error) error {
	if err != nil {
		if name == "." {
			return err
		}
		w.found.Unreadable = append(w.found.Unreadable, name)
		return nil
	}
	if w.left--; w.left < 0 {
		return fmt.Errorf("%w: more than %d; exclude what is not assessed", ErrTooManyFiles, maxFiles)
	}
	if name != "." && w.skipped(name, e) {
		if e.IsDir() {
			return fs.SkipDir
		}
		return nil
	}
	w.add(name, e)
	return nil
}

func (w *walker) skipped(name string, e fs.DirEntry) bool {
	base := path.Base(name)
	return base == ".git" || e.IsDir() && base == "node_modules" || Excluded(w.exclude, name)
}

// Excluded tells whether a glob matches the path or a directory above it.
func Excluded(globs []string, name string) bool {
	if len(globs) == 0 {
		return false
	}
	for p := name; p != "." && p != "/"; p = path.Dir(p) {
		for _, g := range globs {
			if ok, _ := doublestar.Match(strings.TrimSuffix(strings.TrimPrefix(g, "./"), "/"), p); ok {
				return true
			}
		}
	}
	return false
}

func (w *walker) add(name string, e fs.DirEntry) {
	switch {
	case e.IsDir():
	case e.Type()&fs.ModeSymlink != 0:
		if _, err := w.tree.root.Stat(filepath.FromSlash(name)); err != nil {
			w.found.Links = append(w.found.Links, name)
		} else {
			w.found.Inner = append(w.found.Inner, name)
		}
	case !e.Type().IsRegular():
		w.found.Special = append(w.found.Special, name)
	default:
		w.found.Files = append(w.found.Files, name)
	}
}

// listed is a root whose directories are listed without a look at each of their files.
type listed struct {
	fs.FS
	root *os.Root
}

// ReadDir implements fs.ReadDirFS.
func (l listed) ReadDir(name string) ([]fs.DirEntry, error) {
	dir, err := l.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return entries(dir)
}
