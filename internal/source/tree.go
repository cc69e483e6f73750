package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// MaxFileBytes is the size above which a file is not read into memory as a document.
const MaxFileBytes = 10 << 20

// ErrTooLarge marks a file above the limit that was asked for.
var ErrTooLarge = errors.New("file is too large")

// Tree reads the regular files of a repository. It is safe for concurrent use.
type Tree struct {
	root *os.Root
	dir  string
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
	return &Tree{root: root, dir: abs}, nil
}

// Dir is the absolute path of the repository.
func (t *Tree) Dir() string { return t.dir }

// Close releases the directory.
func (t *Tree) Close() error { return t.root.Close() }

// FS is the tree as a file system; links that lead out of it fail to open.
func (t *Tree) FS() fs.FS { return t.root.FS() }

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
	info, err := t.root.Stat(filepath.FromSlash(name))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: not a regular file", name)
	}
	f, err := t.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return data, nil
}

// entries lists a directory by name, without a look at each of its files.
func (t *Tree) entries(name string) ([]fs.DirEntry, error) {
	dir, err := t.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	list, err := entries(dir)
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, err
}

// Has reports whether the slash path names anything, be it a link that leads nowhere.
func (t *Tree) Has(name string) bool {
	_, err := t.root.Lstat(filepath.FromSlash(name))
	return !errors.Is(err, fs.ErrNotExist)
}

// Escapes tells whether the slash path name leads out of the tree through a link. A
// path that does not exist escapes nothing.
func (t *Tree) Escapes(name string) bool {
	_, err := t.root.Stat(filepath.FromSlash(name))
	return err != nil && !errors.Is(err, fs.ErrNotExist)
}

// Target is the slash path that the symbolic link at name leads to inside the tree;
// empty when it leads elsewhere.
func (t *Tree) Target(name string) string {
	abs, err := filepath.EvalSymlinks(filepath.Join(t.dir, filepath.FromSlash(name)))
	if err != nil {
		return ""
	}
	rel, err := filepath.Rel(t.dir, abs)
	if err != nil || !filepath.IsLocal(rel) {
		return ""
	}
	return filepath.ToSlash(rel)
}
