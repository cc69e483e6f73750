package workspace

import (
	"context"
	"fmt"
	"os"

	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/commit"
)

// openLocal opens a commit of the clone. Its files are read where git keeps them.
func (f *opener) openLocal(rev string) (*base, error) {
	if f.repo == nil {
		return nil, fmt.Errorf("there is no git repository that can be read at %s", f.Tree.Dir())
	}
	c, err := f.repo.Commit(rev)
	if err != nil {
		return nil, notOpened(rev, err)
	}
	files, err := c.Files(f.ctx)
	if err == nil && !f.repo.Complete(files) {
		err = commit.ErrMissing
	}
	if err != nil {
		return nil, notListed(rev, err)
	}
	b := f.watch(c.ID(), files)
	b.time = c.Time()
	return b, nil
}

// watch makes a tree of a commit's files that notes what cannot be read.
func (f *opener) watch(id string, files *commit.Files) *base {
	b := &base{id: id, modules: files.Submodules(), broken: &failure{}}
	files = files.Through(func(from commit.Blobs) commit.Blobs { return watched{f.ctx, from, b.broken} })
	b.tree = source.FromFS(files, f.Tree.Dir())
	return b
}

// openRemote lists a commit through the API. What the clone has too is read there.
func (f *opener) openRemote(id string) (*base, error) {
	entries, err := f.o.Remote.Entries(f.ctx, id)
	if err != nil {
		return nil, err
	}
	blobs := fetched{ctx: f.ctx, remote: f.o.Remote}
	if f.repo != nil {
		blobs.local = f.repo.Blobs()
	}
	return f.watch(id, commit.NewFiles(entries, blobs)), nil
}

// fetched reads blobs of the clone first, then through the API.
type fetched struct {
	ctx    context.Context
	local  commit.Blobs
	remote Remote
}

// Blob implements commit.Blobs.
func (b fetched) Blob(id string, limit int64) ([]byte, error) {
	if b.local != nil {
		if data, err := b.local.Blob(id, limit); err == nil {
			return data, nil
		}
	}
	return b.remote.Blob(b.ctx, id, limit)
}

// Private is a directory that lasts as long as the workspace, and that nobody else uses.
func (w *Workspace) Private() (string, error) {
	if w.private != "" {
		return w.private, nil
	}
	dir, err := os.MkdirTemp(w.temp, "assure-")
	if err != nil {
		return "", fmt.Errorf("make a private directory: %w", err)
	}
	w.private = dir
	w.closers = append(w.closers, func() { os.RemoveAll(dir) })
	return dir, nil
}
