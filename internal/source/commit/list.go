package commit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"
)

// Files are the files of the commit. Nothing but directories is read until a file is.
func (c *Commit) Files(ctx context.Context) (*Files, error) {
	tree, err := c.c.Tree()
	if err != nil {
		return nil, fmt.Errorf("list files of %s: %w", c.ID(), err)
	}
	w := object.NewTreeWalker(tree, true, nil)
	defer w.Close()
	var list []Entry
	for {
		name, e, err := w.Next()
		switch {
		case errors.Is(err, io.EOF):
			return NewFiles(list, database{c.s}), nil
		case err == nil:
			err = ctx.Err()
		}
		if err != nil {
			return nil, fmt.Errorf("list files of %s: %w", c.ID(), err)
		}
		if len(list) == maxFiles {
			return nil, fmt.Errorf("list files of %s: more than %d files", c.ID(), maxFiles)
		}
		if mode, ok := modeOf(e.Mode); ok {
			list = append(list, Entry{Name: name, Mode: mode, ID: e.Hash.String(), Size: -1})
		}
	}
}

func modeOf(m filemode.FileMode) (mode fs.FileMode, leaf bool) {
	switch m {
	case filemode.Dir:
		return 0, false
	case filemode.Symlink:
		return fs.ModeSymlink, true
	case filemode.Submodule:
		return fs.ModeDir, true
	default:
		return 0, true
	}
}

// database reads blobs from the object database.
type database struct{ s storer.EncodedObjectStorer }

func (d database) Blob(id string, limit int64) ([]byte, error) {
	o, err := d.s.EncodedObject(plumbing.BlobObject, plumbing.NewHash(id))
	if err != nil {
		return nil, err
	}
	r, err := o.Reader()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, limit))
}

func (d database) Size(id string) (int64, error) { return d.s.EncodedObjectSize(plumbing.NewHash(id)) }
