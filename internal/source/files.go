package source

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// files are what a tree reads, by slash paths. A link is followed inside only.
type files interface {
	fs.StatFS
	fs.ReadDirFS
	fs.ReadLinkFS
	// head returns the first bytes of a file.
	head(name string, limit int64) ([]byte, error)
}

// disk are the files below a directory. Unlike the root's own file system it opens names
// that are no UTF-8, and lists directories without a look at each file.
type disk struct{ root *os.Root }

func (d disk) Open(name string) (fs.File, error) {
	f, err := d.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err // not a nil *os.File
	}
	return f, nil
}

func (d disk) Stat(name string) (fs.FileInfo, error) { return d.root.Stat(filepath.FromSlash(name)) }

func (d disk) Lstat(name string) (fs.FileInfo, error) { return d.root.Lstat(filepath.FromSlash(name)) }

func (d disk) ReadLink(name string) (string, error) { return d.root.Readlink(filepath.FromSlash(name)) }

func (d disk) ReadDir(name string) ([]fs.DirEntry, error) {
	dir, err := d.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	list, err := entries(dir)
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, err
}

func (d disk) head(name string, limit int64) ([]byte, error) { return head(d, name, limit) }

func head(fsys fs.FS, name string, limit int64) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}

// virtual are the files of a file system that may not be on disk.
type virtual struct{ fs.FS }

func (v virtual) Stat(name string) (fs.FileInfo, error)      { return fs.Stat(v.FS, name) }
func (v virtual) Lstat(name string) (fs.FileInfo, error)     { return fs.Lstat(v.FS, name) }
func (v virtual) ReadLink(name string) (string, error)       { return fs.ReadLink(v.FS, name) }
func (v virtual) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(v.FS, name) }

// header reads less than the whole of a large file.
type header interface {
	Head(name string, limit int64) ([]byte, error)
}

func (v virtual) head(name string, limit int64) ([]byte, error) {
	if h, ok := v.FS.(header); ok {
		return h.Head(name, limit)
	}
	return head(v.FS, name, limit)
}
