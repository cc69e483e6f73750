package workspace

import (
	"errors"
	"fmt"
	"os"

	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/commit"
)

// openLocal writes a commit of the clone to a private directory outside the repository.
func (f *opener) openLocal(rev string) (*base, error) {
	if f.repo == nil {
		return nil, fmt.Errorf("there is no git repository that can be read at %s", f.Tree.Dir())
	}
	c, err := f.repo.Commit(rev)
	if err != nil {
		return nil, errNotInClone(rev)
	}
	b := &base{id: c.ID(), time: c.Time()}
	if b.modules, err = c.Submodules(); err != nil {
		return nil, err
	}
	dir, err := f.mkdir()
	if err != nil {
		return nil, err
	}
	if err := c.Extract(f.ctx, dir); err != nil {
		return nil, err
	}
	b.tree, err = f.tree(dir)
	return b, err
}

// Private is a directory that lasts as long as the workspace, and that nobody else uses.
func (w *Workspace) Private() (string, error) {
	if w.private != "" {
		return w.private, nil
	}
	var err error
	w.private, err = w.mkdir()
	return w.private, err
}

func (w *Workspace) mkdir() (string, error) {
	dir, err := os.MkdirTemp(w.temp, "assure-")
	if err != nil {
		return "", fmt.Errorf("make a private directory: %w", err)
	}
	w.closers = append(w.closers, func() { os.RemoveAll(dir) })
	return dir, nil
}

// empty is a tree without any file: the built-in policy.
func (f *opener) empty() (*source.Tree, error) {
	dir, err := f.mkdir()
	if err != nil {
		return nil, err
	}
	return f.tree(dir)
}

func (f *opener) tree(dir string) (*source.Tree, error) {
	t, err := source.Open(dir)
	if err == nil {
		f.closers = append(f.closers, func() { t.Close() })
	}
	return t, err
}

func (f *opener) openRemote(string) (*base, error) { return nil, errors.New("not yet") }

var _ commit.Entry
