package commit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// maxIndexBytes is above the index of a million files.
const maxIndexBytes = 256 << 20

// Index knows which files of a work tree belong to its head: those that git tracks and,
// unless only they count, those that git does not ignore. It is for one goroutine.
type Index struct {
	root        *os.Root
	generated   []string
	trackedOnly bool
	// files are the tracked files, and dirs the directories that hold some.
	files, dirs map[string]bool
	// sparse are directories that stand for all files below.
	sparse, submodules, tracked []string
	// exclude are the patterns of the repository itself, and rules those of directories.
	exclude []pattern
	rules   map[string]rules
}

// Options say what else belongs to the head.
type Options struct {
	// TrackedOnly leaves out files that git does not track.
	TrackedOnly bool
	// Generated are directories whose files count whatever git says about them.
	Generated []string
}

// rules are what decides about the files of a directory.
type rules struct {
	patterns []pattern
	// ignored is true when the directory itself is ignored, with all that it holds.
	ignored bool
}

// OpenIndex reads the index of the work tree at dir. A directory that is none yields
// ErrNoRepository. Nothing of the repository's configuration is read.
func OpenIndex(dir string, o Options) (*Index, error) {
	git, err := gitDir(dir)
	if err != nil {
		return nil, fmt.Errorf("open git index: %w", ErrNoRepository)
	}
	x := &Index{files: map[string]bool{}, dirs: map[string]bool{}, rules: map[string]rules{}, trackedOnly: o.TrackedOnly}
	for _, g := range o.Generated {
		x.generated = append(x.generated, path.Clean(g))
	}
	if err := x.read(filepath.Join(git, "index")); err != nil {
		return nil, fmt.Errorf("read the git index, which says what belongs to the repository: %w", err)
	}
	if x.exclude, err = excludes(git); err != nil {
		return nil, fmt.Errorf("read patterns of files that git ignores: %w", err)
	}
	if x.root, err = os.OpenRoot(dir); err != nil {
		return nil, fmt.Errorf("open work tree: %w", err)
	}
	return x, nil
}

// Close releases the work tree.
func (x *Index) Close() error { return x.root.Close() }

// Closer closes the index and, while it waits to, holds nothing of it in memory.
func (x *Index) Closer() io.Closer { return x.root }

// read takes in the index. A repository without commits has none yet; where only
// tracked files count, that would leave nothing to look at.
func (x *Index) read(file string) error {
	data, err := readFile(file, maxIndexBytes)
	if errors.Is(err, fs.ErrNotExist) && !x.trackedOnly {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w; check the repository out again", err)
	}
	list, err := parseIndex(data)
	if err != nil {
		return fmt.Errorf("%s: %w; check the repository out again, or remove the file and run git reset", file, err)
	}
	x.files = make(map[string]bool, len(list))
	for _, e := range list {
		x.enter(e)
	}
	x.tracked, x.submodules = slices.Compact(x.tracked), slices.Compact(x.submodules)
	return nil
}

func (x *Index) enter(e entry) {
	switch e.mode & modeType {
	case modeModule:
		x.submodules = append(x.submodules, e.name)
		return
	case modeDir:
		x.sparse = append(x.sparse, e.name)
		return
	}
	if x.hold(e.name); !e.absent {
		x.tracked = append(x.tracked, e.name)
	}
}

// Commit adds what the commit holds: whatever became of the index or of the files on disk,
// that is what is under test. What a sparse checkout leaves out must be there as well.
func (x *Index) Commit(files *Files) {
	for _, e := range files.entries {
		if e.Mode&(fs.ModeDir|fs.ModeIrregular) == 0 {
			x.hold(e.Name)
			x.tracked = append(x.tracked, e.Name)
		}
	}
	slices.Sort(x.tracked)
	x.tracked = slices.Compact(x.tracked)
}

// hold takes in a file and the directories above.
func (x *Index) hold(name string) {
	x.files[name] = true
	for i := strings.LastIndexByte(name, '/'); i > 0 && !x.dirs[name[:i]]; i = strings.LastIndexByte(name[:i], '/') {
		x.dirs[name[:i]] = true
	}
}

// excludes reads info/exclude, which all work trees of a repository share.
func excludes(git string) ([]pattern, error) {
	common, err := commonDir(git)
	if err != nil {
		return nil, err
	}
	data, err := readFile(filepath.Join(common, "info", "exclude"), maxIgnoreBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return parseIgnore(string(data)), err
}

// Tracked are the files that must be on disk, sorted.
func (x *Index) Tracked() []string { return x.tracked }

// Submodules are the directories that hold other repositories, sorted.
func (x *Index) Submodules() []string { return x.submodules }

// Holds reports whether the file belongs to the head.
func (x *Index) Holds(file string) bool {
	if x.files[file] || below(x.generated, file) {
		return true
	}
	if slices.ContainsFunc(x.sparse, func(d string) bool { return strings.HasPrefix(file, d) }) {
		return true
	}
	return !x.trackedOnly && !x.ignored(file, false)
}

// Reaches reports whether anything below the directory may belong to the head. What
// npm installs does only when git tracks it.
func (x *Index) Reaches(dir string) bool {
	switch {
	case slices.Contains(x.submodules, dir):
		return false
	case x.dirs[dir], below(x.generated, dir), slices.ContainsFunc(x.generated, func(g string) bool { return strings.HasPrefix(g, dir+"/") }):
		return true
	case slices.ContainsFunc(x.sparse, func(d string) bool { return strings.HasPrefix(dir+"/", d) || strings.HasPrefix(d, dir+"/") }):
		return true
	case x.trackedOnly || path.Base(dir) == "node_modules":
		return false
	}
	return !x.ignored(dir, true)
}

func below(dirs []string, name string) bool {
	return slices.ContainsFunc(dirs, func(d string) bool {
		return d == "." || name == d || strings.HasPrefix(name, d+"/")
	})
}

// ignored asks the patterns of the directories above, the nearest first, and then those
// of the repository.
func (x *Index) ignored(name string, dir bool) bool {
	if x.rulesOf(path.Dir(name)).ignored {
		return true
	}
	for d := path.Dir(name); ; d = path.Dir(d) {
		rel := name
		if d != "." {
			rel = name[len(d)+1:]
		}
		if ignored, said := decide(x.rulesOf(d).patterns, rel, dir); said {
			return ignored
		}
		if d == "." {
			ignored, _ := decide(x.exclude, name, dir)
			return ignored
		}
	}
}

// rulesOf reads the .gitignore of a directory once. Like git, it follows no link there.
func (x *Index) rulesOf(dir string) rules {
	if r, ok := x.rules[dir]; ok {
		return r
	}
	r := rules{ignored: dir != "." && x.ignored(dir, true)}
	name := filepath.FromSlash(path.Join(dir, ".gitignore"))
	if info, err := x.root.Lstat(name); !r.ignored && err == nil && info.Mode().IsRegular() && info.Size() <= maxIgnoreBytes {
		data, _ := x.root.ReadFile(name) // what cannot be read ignores nothing
		r.patterns = parseIgnore(string(data))
	}
	x.rules[dir] = r
	return r
}
