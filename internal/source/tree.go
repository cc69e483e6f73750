package source

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/stella-ops/assure/internal/memo"
)

// MaxFileBytes is the size above which a file is not read into memory as a document.
const MaxFileBytes = 10 << 20

// ErrTooLarge marks a file above the limit that was asked for.
var ErrTooLarge = errors.New("file is too large")

// Tree reads the regular files of a repository. It is safe for concurrent use.
type Tree struct {
	files files
	dir   string
	close func() error
	// answers are what is known about files, shared with other trees; nil for none.
	answers *memo.Cache
}

// Open opens the repository at dir, which must be a directory.
func Open(dir string) (*Tree, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("resolve %s: %w", dir, err)
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return nil, fmt.Errorf("open repository: %w", err)
	}
	root, err := os.OpenRoot(abs)
	if err != nil {
		return nil, fmt.Errorf("open repository: %w", err)
	}
	return &Tree{files: disk{root}, dir: abs, close: root.Close}, nil
}

// FromFS is a tree over a file system that stands for the directory dir: an absolute path
// that need not exist. Messages name it, and paths resolve against it.
func FromFS(fsys fs.FS, dir string) *Tree {
	return &Tree{files: virtual{fsys}, dir: filepath.Clean(dir), close: func() error { return nil }}
}

// Dir is the absolute path of the repository. It need not exist: only the tree reads.
func (t *Tree) Dir() string { return t.dir }

// OnDisk reports whether the files are those below Dir.
func (t *Tree) OnDisk() bool { _, ok := t.files.(disk); return ok }

// Close releases the directory.
func (t *Tree) Close() error { return t.close() }

// FS is the tree as a file system; links that lead out of it fail to open.
func (t *Tree) FS() fs.FS { return t.files }

// Read returns the content of the regular file at the slash path name, at most limit
// bytes. A larger file yields ErrTooLarge; a link out of the tree, a pipe or a device
// yields an error and is never opened for reading.
func (t *Tree) Read(name string, limit int64) ([]byte, error) {
	data, err := t.Head(name, limit+1)
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("read %s: %w (limit %d bytes)", name, ErrTooLarge, limit)
	}
	return data, nil
}

// Head returns the first bytes, at most limit, of the regular file at name.
func (t *Tree) Head(name string, limit int64) ([]byte, error) {
	data, err := t.head(name, limit)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return data, nil
}

func (t *Tree) head(name string, limit int64) ([]byte, error) {
	info, err := t.stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	return t.files.head(path.Clean(name), limit)
}

func (t *Tree) stat(name string) (fs.FileInfo, error) {
	if name == "" {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return t.files.Stat(path.Clean(name))
}

// entries lists a directory by name, without a look at each of its files.
func (t *Tree) entries(name string) ([]fs.DirEntry, error) { return t.files.ReadDir(name) }

// Has reports whether the slash path names anything, be it a link that leads nowhere.
func (t *Tree) Has(name string) bool {
	if name == "" {
		return false
	}
	_, err := t.files.Lstat(path.Clean(name))
	return !errors.Is(err, fs.ErrNotExist)
}

// IsDir reports whether the slash path leads to a directory.
func (t *Tree) IsDir(name string) bool {
	info, err := t.stat(name)
	return err == nil && info.IsDir()
}

// Escapes tells whether the slash path name leads out of the tree through a link. A
// path that does not exist escapes nothing.
func (t *Tree) Escapes(name string) bool {
	_, err := t.stat(name)
	return err != nil && !errors.Is(err, fs.ErrNotExist)
}

// Target is the slash path that the symbolic link at name leads to inside the tree;
// empty when it leads elsewhere.
func (t *Tree) Target(name string) string {
	real, err := follow(t.files, path.Clean(name))
	if err != nil {
		return ""
	}
	return real
}
