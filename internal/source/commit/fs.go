package commit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"
)

// ID is the blob id of the regular file that a path leads to; nothing is read but links.
func (f *Files) ID(name string) (id string, ok bool) {
	i, err := f.resolve(name, true)
	if err != nil || !i.Mode().IsRegular() {
		return "", false
	}
	return i.entry.ID, true
}

// Submodules are the directories that hold other repositories, sorted.
func (f *Files) Submodules() (dirs []string) {
	for _, e := range f.entries {
		if e.Mode.IsDir() {
			dirs = append(dirs, e.Name)
		}
	}
	return dirs
}

// Len is how many files there are.
func (f *Files) Len() int { return len(f.entries) }

// Stat describes what a path leads to.
func (f *Files) Stat(name string) (fs.FileInfo, error) {
	i, err := f.resolve(name, true)
	if err != nil {
		return nil, &fs.PathError{Op: "statat", Path: name, Err: err}
	}
	return i, nil
}

// Lstat describes a path, and a link as such.
func (f *Files) Lstat(name string) (fs.FileInfo, error) {
	i, err := f.resolve(name, false)
	if err != nil {
		return nil, &fs.PathError{Op: "lstatat", Path: name, Err: err}
	}
	return i, nil
}

// ReadLink is where a link leads to.
func (f *Files) ReadLink(name string) (string, error) {
	i, err := f.resolve(name, false)
	if err == nil && !i.link() {
		err = fs.ErrInvalid
	}
	if err != nil {
		return "", &fs.PathError{Op: "readlinkat", Path: name, Err: err}
	}
	target, err := f.blobs.Blob(i.entry.ID, maxTarget)
	return string(target), err
}

// Head returns the first bytes, at most limit, of a regular file.
func (f *Files) Head(name string, limit int64) ([]byte, error) {
	i, err := f.resolve(name, true)
	if err == nil && !i.Mode().IsRegular() {
		err = syscall.EISDIR
	}
	if err != nil {
		return nil, &fs.PathError{Op: "openat", Path: name, Err: err}
	}
	return f.blobs.Blob(i.entry.ID, limit)
}

// Open opens a file or directory. Its content is read when it is asked for, and a file of
// more than 64 MiB is not.
func (f *Files) Open(name string) (fs.File, error) {
	i, err := f.resolve(name, true)
	if err == nil && !fs.ValidPath(strings.ToValidUTF8(name, "_")) {
		err = fs.ErrInvalid
	}
	if err != nil {
		return nil, &fs.PathError{Op: "openat", Path: name, Err: err}
	}
	if i.IsDir() {
		return &openDir{info: i}, nil
	}
	return &openFile{info: i}, nil
}

// ReadDir lists a directory.
func (f *Files) ReadDir(name string) ([]fs.DirEntry, error) {
	i, err := f.resolve(name, true)
	if err != nil {
		return nil, &fs.PathError{Op: "openat", Path: name, Err: err}
	}
	if !i.IsDir() {
		return nil, &fs.PathError{Op: "readdirent", Path: name, Err: syscall.ENOTDIR}
	}
	return f.list(i.real), nil
}

// list steps over what lies deeper.
func (f *Files) list(dir string) (list []fs.DirEntry) {
	at, to := f.below(dir)
	skip := len(dir) + 1
	if dir == "." {
		skip = 0
	}
	for at < to {
		e := &f.entries[at]
		base, _, deeper := strings.Cut(e.Name[skip:], "/")
		real := e.Name[:skip+len(base)]
		if at++; deeper {
			e = nil
			_, at = f.below(real)
		}
		list = append(list, &info{name: base, real: real, entry: e, files: f})
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list
}

// info describes a file or directory.
type info struct {
	name, real string
	// entry is nil for a directory that is no submodule.
	entry *Entry
	files *Files
}

func (i *info) link() bool                 { return i.Mode()&fs.ModeSymlink != 0 }
func (i *info) Name() string               { return i.name }
func (i *info) IsDir() bool                { return i.Mode().IsDir() }
func (i *info) Type() fs.FileMode          { return i.Mode().Type() }
func (i *info) Info() (fs.FileInfo, error) { return i, nil }
func (i *info) ModTime() time.Time         { return time.Time{} }
func (i *info) Sys() any                   { return nil }
func (i *info) String() string             { return fs.FormatFileInfo(i) }

// Mode has the permissions of a file that nobody runs.
func (i *info) Mode() fs.FileMode {
	switch {
	case i.entry == nil || i.entry.Mode.IsDir():
		return fs.ModeDir | 0o755
	case i.entry.Mode&fs.ModeSymlink != 0:
		return fs.ModeSymlink | 0o777
	default:
		return 0o644
	}
}

// sizer knows how large a blob is without reading it all.
type sizer interface {
	Size(id string) (int64, error)
}

// Size is -1 where nobody knows it.
func (i *info) Size() int64 {
	if i.entry == nil || i.IsDir() {
		return 0
	}
	if s, ok := i.files.blobs.(sizer); ok && i.entry.Size < 0 {
		if n, err := s.Size(i.entry.ID); err == nil {
			return n
		}
	}
	return i.entry.Size
}

// openFile reads its content at the first call.
type openFile struct {
	*info
	content *bytes.Reader
}

func (o *openFile) Stat() (fs.FileInfo, error) { return o.info, nil }
func (o *openFile) Close() error               { return nil }

func (o *openFile) Read(p []byte) (int, error) {
	if o.content == nil {
		data, err := o.files.blobs.Blob(o.entry.ID, maxBlob+1)
		if err == nil && len(data) > maxBlob {
			err = fmt.Errorf("larger than %d bytes", maxBlob)
		}
		if err != nil {
			return 0, &fs.PathError{Op: "read", Path: o.real, Err: err}
		}
		o.content = bytes.NewReader(data)
	}
	return o.content.Read(p)
}

// openDir lists its files at the first call.
type openDir struct {
	*info
	left   []fs.DirEntry
	listed bool
}

func (o *openDir) Stat() (fs.FileInfo, error) { return o.info, nil }
func (o *openDir) Close() error               { return nil }

func (o *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: path.Clean(o.real), Err: errors.New("is a directory")}
}

func (o *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if !o.listed {
		o.left, o.listed = o.files.list(o.real), true
	}
	if n > 0 && len(o.left) == 0 {
		return nil, io.EOF
	}
	if n <= 0 || n > len(o.left) {
		n = len(o.left)
	}
	list := o.left[:n]
	o.left = o.left[n:]
	return list, nil
}
