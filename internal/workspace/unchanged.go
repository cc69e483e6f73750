package workspace

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"maps"
	"path"
	"strings"
)

// Unchanged compares files with those of the base commit, byte for byte; nil without one.
func (w *Workspace) Unchanged() func(file string) bool {
	if w.Base == nil {
		return nil
	}
	c := comparison{w.Tree.FS(), w.Base.FS(), map[string]bool{}}
	return c.same
}

var errNotRegular = errors.New("not a regular file")

// comparison remembers its answers: many gaps stand in the same files.
type comparison struct {
	head, base fs.FS
	known      map[string]bool
}

// same reports whether both trees hold the same at the slash path name, or the same files
// below it when it ends in a slash. What cannot be read is not the same.
func (c comparison) same(name string) bool {
	answer, ok := c.known[name]
	if !ok {
		answer = c.compare(name)
		c.known[name] = answer
	}
	return answer
}

func (c comparison) compare(name string) bool {
	if dir, ok := strings.CutSuffix(name, "/"); ok {
		head, err := within(c.head, path.Clean(dir))
		base, err2 := within(c.base, path.Clean(dir))
		return errors.Join(err, err2) == nil && maps.EqualFunc(head, base, bytes.Equal)
	}
	head, err := fingerprint(c.head, path.Clean(name))
	base, err2 := fingerprint(c.base, path.Clean(name))
	return errors.Join(err, err2) == nil && bytes.Equal(head, base)
}

// within takes the fingerprints of all that is below a directory, git's own aside.
func within(tree fs.FS, dir string) (map[string][]byte, error) {
	all := map[string][]byte{}
	err := fs.WalkDir(tree, dir, func(name string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && name == dir:
			return nil
		case err != nil:
			return err
		case e.IsDir() && name == ".git":
			return fs.SkipDir
		case e.IsDir():
			return nil
		}
		all[name], err = fingerprint(tree, name)
		return err
	})
	return all, err
}

// fingerprint is nil where nothing stands, else that of a regular file's content. Nothing
// else is the same.
func fingerprint(tree fs.FS, name string) ([]byte, error) {
	info, err := fs.Lstat(tree, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, errNotRegular)
	}
	f, err := tree.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return h.Sum(nil), err
}
