package commit

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"
)

// Entry is one file of a commit: a regular file, a symbolic link or a submodule.
type Entry struct {
	// Name is the slash path from the root.
	Name string
	// Mode is zero for a regular file, fs.ModeSymlink, or fs.ModeDir for a submodule.
	Mode fs.FileMode
	// ID is the blob's id in hexadecimal digits; a submodule's is that of its commit.
	ID string
	// Size is the content's, -1 when it is not known.
	Size int64
}

// Blobs reads the content of blobs.
type Blobs interface {
	// Blob returns the first bytes of a blob, at most limit.
	Blob(id string, limit int64) ([]byte, error)
}

// Limits of what is read at once.
const (
	// maxLinks is how many links one path may lead through, as in os.Root.
	maxLinks = 8
	// maxTarget is above every path that a system takes.
	maxTarget = 4096
	// maxElement is above every name that a system takes.
	maxElement = 255
	// maxBlob bounds a file that is opened without a limit.
	maxBlob = 64 << 20
)

// errEscapes has the words of os.Root, so that messages do not depend on where a tree is.
var errEscapes = errors.New("path escapes from parent")

// Files is a read-only file system over a list of entries. A link is followed inside
// only. Names that no file system could hold are left out. It is safe for concurrent use
// when its blobs are.
type Files struct {
	// entries are sorted by name; none lies below another.
	entries []Entry
	blobs   Blobs
}

// NewFiles is the file system of the entries, whose content comes from blobs. Of entries
// with one name the first counts.
func NewFiles(entries []Entry, blobs Blobs) *Files {
	return newFiles(slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return !storable(e.Name) }), blobs)
}

// Through are the same files, whose content comes through another reader of blobs.
func (f *Files) Through(reader func(Blobs) Blobs) *Files {
	return &Files{entries: f.entries, blobs: reader(f.blobs)}
}

// newFiles owns the entries, whose names are storable.
func newFiles(entries []Entry, blobs Blobs) *Files {
	f := &Files{blobs: blobs, entries: entries}
	byName := func(a, b Entry) int { return strings.Compare(a.Name, b.Name) }
	if !slices.IsSortedFunc(f.entries, byName) {
		slices.SortStableFunc(f.entries, byName)
	}
	f.entries = slices.CompactFunc(f.entries, func(a, b Entry) bool { return a.Name == b.Name })
	f.entries = f.reachable()
	return f
}

// storable reports whether a name can be that of a file below a directory.
func storable(name string) bool {
	if name == "" || len(name) > maxTarget || strings.ContainsRune(name, 0) {
		return false
	}
	for e := range strings.SplitSeq(name, "/") {
		if !element(e) {
			return false
		}
	}
	return true
}

// element reports whether a name can stand in a directory that git fills.
func element(name string) bool {
	return name != "" && name != "." && name != ".." && name != ".git" && len(name) <= maxElement && !strings.ContainsAny(name, "/\x00")
}

// reachable are the entries that do not lie below another one: mostly all of them.
func (f *Files) reachable() []Entry {
	if !slices.ContainsFunc(f.entries, f.lost()) {
		return f.entries
	}
	return slices.DeleteFunc(slices.Clone(f.entries), f.lost())
}

// lost reports of one entry after the other whether it lies below another one. What lies
// in one directory stands together, so that none is looked for twice.
func (f *Files) lost() func(Entry) bool {
	free, taken := ".", ""
	return func(e Entry) bool {
		if dir := path.Dir(e.Name); taken == "" || !inside(e.Name, taken) {
			if taken = f.covering(dir, free); taken == "" {
				free = dir
			}
		}
		return taken != ""
	}
}

func inside(name, dir string) bool {
	return dir == "." || len(name) > len(dir) && name[len(dir)] == '/' && name[:len(dir)] == dir
}

// covering is the entry where a directory should be, empty when there is none. Nothing
// stands in the way of free and the directories above it.
func (f *Files) covering(dir, free string) string {
	for ; dir != "." && dir != free && !inside(free, dir); dir = path.Dir(dir) {
		if _, ok := f.find(dir); ok {
			return dir
		}
	}
	return ""
}

// find looks for an entry by its own name.
func (f *Files) find(name string) (*Entry, bool) {
	i, ok := f.at(name)
	if !ok {
		return nil, false
	}
	return &f.entries[i], true
}

func (f *Files) at(name string) (int, bool) {
	return slices.BinarySearchFunc(f.entries, name, func(e Entry, name string) int { return strings.Compare(e.Name, name) })
}

// below is the range of the entries in a directory.
func (f *Files) below(dir string) (from, to int) {
	if dir == "." {
		return 0, len(f.entries)
	}
	from, _ = f.at(dir + "/")
	to, _ = f.at(dir + "0") // the byte after the slash
	return from, to
}

func (f *Files) holds(dir string) bool {
	from, to := f.below(dir)
	return dir == "." || from < to
}

// lookup is what stands at a path without links; nil when nothing does.
func (f *Files) lookup(name string) *info {
	if e, ok := f.find(name); ok {
		return &info{name: path.Base(name), real: name, entry: e, files: f}
	}
	if f.holds(name) {
		return &info{name: path.Base(name), real: name, files: f}
	}
	return nil
}

// resolve follows the links of a path: all but the last, which only when asked to.
func (f *Files) resolve(name string, last bool) (*info, error) {
	rest, err := elements(name)
	if err != nil {
		return nil, err
	}
	if i := f.lookup(name); i != nil && (!last || !i.link()) {
		return i, nil
	}
	at, links := f.lookup("."), 0
	for len(rest) > 0 {
		next := path.Join(at.real, rest[0])
		switch {
		case !at.IsDir():
			return nil, syscall.ENOTDIR
		case rest[0] == ".." && at.real == ".":
			return nil, errEscapes
		}
		rest = rest[1:]
		if at = f.lookup(next); at == nil {
			return nil, syscall.ENOENT
		}
		if !at.link() || len(rest) == 0 && !last {
			continue
		}
		if links++; links > maxLinks {
			return nil, syscall.ELOOP
		}
		if rest, err = f.through(at.entry, rest); err != nil {
			return nil, err
		}
		at = f.lookup(path.Dir(next))
	}
	at.name = path.Base(name)
	return at, nil
}

// through are the elements of a link's target and those that are left.
func (f *Files) through(link *Entry, rest []string) ([]string, error) {
	target, err := f.blobs.Blob(link.ID, maxTarget)
	switch text := string(target); {
	case err != nil:
		return nil, err
	case text == "" || len(text) == maxTarget || strings.ContainsRune(text, 0):
		return nil, syscall.ENOENT // no system makes such a link
	case strings.HasPrefix(text, "/"):
		return nil, errEscapes
	default:
		list, err := elements(text)
		return append(list, rest...), err
	}
}

// elements splits a path; those that go nowhere are left out.
func elements(name string) (list []string, err error) {
	if strings.HasPrefix(name, "/") {
		return nil, errEscapes
	}
	if name == "" || strings.ContainsRune(name, 0) {
		return nil, fs.ErrInvalid
	}
	for e := range strings.SplitSeq(name, "/") {
		if len(e) > maxElement {
			return nil, syscall.ENAMETOOLONG
		}
		if e != "" && e != "." {
			list = append(list, e)
		}
	}
	return list, nil
}
