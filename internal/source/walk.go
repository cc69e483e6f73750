package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// maxFiles is the number of entries above which a tree is not walked to its end, and
// maxExcluded how many entries of excluded directories are listed.
const (
	maxFiles    = 200_000
	maxExcluded = 10_000
)

// ErrTooManyFiles marks a tree with more entries than are looked at.
var ErrTooManyFiles = errors.New("too many files")

// Listing is what a walk found, sorted by slash path.
type Listing struct {
	// Files are the regular files.
	Files []string
	// Links are symbolic links to nothing that could be read: they lead out of the tree,
	// nowhere, or to what does not belong to the state under test.
	Links []string
	// Inner are symbolic links to a file or directory inside the tree, by name.
	Inner []string
	// Special are pipes, sockets and devices.
	Special []string
	// Unreadable are directories that could not be listed.
	Unreadable []string
	// Missing are files of the state under test that are not on disk.
	Missing []string
	// Submodules are directories that hold other repositories.
	Submodules []string
	// Excluded says of each file that a glob takes out which of the globs does. Only the
	// first 10,000 are listed.
	Excluded map[string]int
	// Unused are the globs, by index, that match nothing.
	Unused []int
}

// Walk lists the selected files of the tree. Links to directories are followed when they
// lead to a directory inside the tree that the walk would not reach; each directory is
// listed once, under its real name. It skips .git, and more than 200,000 entries yield
// ErrTooManyFiles.
func (t *Tree) Walk(ctx context.Context, s Selection) (Listing, error) {
	w := newWalker(ctx, t, s)
	err := w.dir(w.roots[0], -1)
	for len(w.follow) > 0 && err == nil {
		err = w.next()
	}
	if err != nil {
		return Listing{}, fmt.Errorf("list files of the repository: %w", err)
	}
	w.head()
	w.unused()
	for _, names := range [][]string{w.found.Files, w.found.Links, w.found.Inner, w.found.Special, w.found.Unreadable} {
		slices.Sort(names)
	}
	return w.found, nil
}

type walker struct {
	ctx      context.Context
	tree     *Tree
	selected Selection
	globs    []string
	// used are the globs that have matched something.
	used []bool
	// left and leftExcluded are how many more entries may be looked at.
	left, leftExcluded int
	// roots are the directories that are walked, and follow those that links lead to.
	roots, follow []string
	found         Listing
}

func newWalker(ctx context.Context, t *Tree, s Selection) *walker {
	return &walker{
		ctx: ctx, tree: t, selected: s, globs: sparing(s.Under, trimmed(s.Exclude)), used: make([]bool, len(s.Exclude)),
		left: maxFiles, leftExcluded: maxExcluded, roots: []string{cmp.Or(s.Under, ".")},
	}
}

// sparing drops the globs that take out the one directory that was asked for.
func sparing(under string, globs []string) []string {
	for i := range globs {
		if _, by := excludedBy(globs[i:i+1], under); under != "" && by >= 0 {
			globs[i] = "" // matches nothing and keeps the place of the others
		}
	}
	return globs
}

// next walks one more directory that a link leads to, unless it has been walked or holds
// one that has: following the link to a directory above would lead everywhere.
func (w *walker) next() error {
	target := w.follow[0]
	w.follow = w.follow[1:]
	if slices.ContainsFunc(w.roots, func(r string) bool { return within(r, target) || within(target, r) }) {
		return nil
	}
	if _, by := excludedBy(w.globs, target); by >= 0 {
		return nil
	}
	w.roots = append(w.roots, target)
	return w.dir(target, -1)
}

// dir lists a directory; by is the glob that excludes it, -1 when none does.
func (w *walker) dir(name string, by int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	list, err := w.tree.entries(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && name == w.selected.Under:
		return nil // another commit may have it
	case err != nil && name == w.roots[0]:
		return err
	case err != nil && by < 0:
		w.found.Unreadable = append(w.found.Unreadable, name)
		return nil
	}
	prefix := ""
	if name != "." {
		prefix = name + "/"
	}
	for _, e := range list {
		if err := w.visit(prefix+e.Name(), e, by); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) visit(name string, e fs.DirEntry, by int) error {
	if e.Name() == ".git" || !w.belongs(name, e) {
		return nil
	}
	by = w.match(name, by)
	spent := &w.left
	if by >= 0 {
		spent = &w.leftExcluded
	}
	switch *spent--; {
	case by >= 0 && *spent < 0:
		return nil
	case *spent < 0:
		return w.tooMany()
	case e.IsDir():
		return w.dir(name, by)
	case by >= 0:
		w.take(name, by)
	default:
		w.add(name, e)
	}
	return nil
}

// tooMany names the directory that holds most of what was seen.
func (w *walker) tooMany() error {
	at, seen := ".", w.found.Files
	for {
		most, below := crowded(seen, at)
		if len(below) <= len(w.found.Files)/2 {
			break
		}
		at, seen = most, below
	}
	advice := "exclude what is not assessed"
	if at != "." {
		advice = fmt.Sprintf("%d of the first are below %q: exclude that in the configuration (exclude: [%s]), or name the directory to assess", len(seen), at, strconv.Quote(at+"/**"))
	}
	return fmt.Errorf("%w: more than %d; %s", ErrTooManyFiles, maxFiles, advice)
}

// crowded is the directory directly below another that holds most of the files.
func crowded(files []string, below string) (most string, held []string) {
	prefix := ""
	if below != "." {
		prefix = below + "/"
	}
	by := map[string][]string{}
	for _, f := range files {
		if dir, _, deeper := strings.Cut(f[len(prefix):], "/"); deeper {
			by[dir] = append(by[dir], f)
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(by)) {
		if len(by[dir]) > len(held) {
			most, held = prefix+dir, by[dir]
		}
	}
	return most, held
}

func (w *walker) belongs(name string, e fs.DirEntry) bool {
	switch head := w.selected.Head; {
	case head == nil:
		return !e.IsDir() || e.Name() != "node_modules"
	case e.IsDir():
		return head.Reaches(name)
	default:
		return head.Holds(name)
	}
}

// match is the first glob that excludes the path, whose directory by excludes. It notes
// every glob that matches.
func (w *walker) match(name string, by int) int {
	for i, g := range w.globs {
		if by >= 0 && w.used[i] || !doublestar.MatchUnvalidated(g, name) {
			continue
		}
		w.used[i] = true
		if by < 0 {
			by = i
		}
	}
	return by
}

func (w *walker) take(name string, by int) {
	if w.found.Excluded == nil {
		w.found.Excluded = map[string]int{}
	}
	w.found.Excluded[name] = by
}

func (w *walker) add(name string, e fs.DirEntry) {
	switch {
	case e.Type()&fs.ModeSymlink != 0:
		w.link(name)
	case !e.Type().IsRegular():
		w.found.Special = append(w.found.Special, name)
	default:
		w.found.Files = append(w.found.Files, name)
	}
}

// link sorts a symbolic link by what it leads to.
func (w *walker) link(name string) {
	info, err := w.tree.files.Stat(name)
	target := w.tree.Target(name)
	switch {
	case err != nil || target == "" || !w.leads(target, info.IsDir()):
		w.found.Links = append(w.found.Links, name)
	case info.IsDir():
		w.found.Inner = append(w.found.Inner, name)
		w.follow = append(w.follow, target)
	case !info.Mode().IsRegular():
		w.found.Special = append(w.found.Special, name)
	default:
		w.found.Inner = append(w.found.Inner, name)
	}
}

// leads reports whether a link may lead there: git's own files hold credentials, and
// what git does not hold is not under test.
func (w *walker) leads(target string, dir bool) bool {
	head := w.selected.Head
	switch {
	case slices.Contains(strings.Split(target, "/"), ".git"):
		return false
	case head == nil || target == ".":
		return true
	case dir:
		return head.Reaches(target)
	default:
		return head.Holds(target)
	}
}
