package commit

import (
	"context"
	"errors"
	"fmt"

	"github.com/stella-ops/assure/internal/source/commit/objects"
)

// Limits of a commit's list of files, and of the bytes of all names.
const (
	maxFiles = 200_000
	maxNames = 64 << 20
)

// ErrTooMany marks a commit with more files than are listed.
var ErrTooMany = errors.New("too many files")

// Files are the files of the commit. Nothing but directories is read until a file is.
func (c *Commit) Files(ctx context.Context) (*Files, error) {
	l := lister{ctx: ctx, db: c.db}
	if err := l.dir("", c.tree); err != nil {
		return nil, fmt.Errorf("list files of %s: %w", c.id, err)
	}
	return newFiles(l.entries, database{c.db}), nil
}

type lister struct {
	ctx     context.Context
	db      *objects.Database
	entries []Entry
	// dirs is how many directories were read, and names the length of all names. seen and
	// text are the same of all that directories hold, be it left out.
	dirs, names, seen, text int
}

// dir lists what a tree holds, in the order of whole names. A directory that no system
// could make is left out, with all that it holds.
func (l *lister) dir(prefix, id string) error {
	if l.dirs++; l.dirs > maxFiles {
		return fmt.Errorf("%w: more than %d directories", ErrTooMany, maxFiles)
	}
	if err := l.ctx.Err(); err != nil {
		return err
	}
	list, err := readTree(l.db, id)
	if err != nil {
		return err
	}
	if err := l.spend(list); err != nil {
		return err
	}
	for _, e := range list {
		if !element(e.name) || len(prefix)+len(e.name) > maxTarget {
			continue
		}
		if err := l.add(prefix+e.name, e); err != nil {
			return err
		}
	}
	return nil
}

// spend counts what a directory holds, all of which is in memory until it is listed.
func (l *lister) spend(list []treeEntry) error {
	l.seen += len(list)
	for _, e := range list {
		l.text += len(e.name)
	}
	if l.seen > maxEntries || l.text > 2*maxNames {
		return fmt.Errorf("%w: its directories name more than %d, or %d bytes of names", ErrTooMany, maxEntries, 2*maxNames)
	}
	return nil
}

func (l *lister) add(name string, e treeEntry) error {
	if e.mode&modeType == modeDir {
		return l.dir(name+"/", e.id)
	}
	mode, ok := modeOf(e.mode)
	if !ok {
		return nil
	}
	if l.names += len(name); len(l.entries) == maxFiles || l.names > maxNames {
		return fmt.Errorf("%w: more than %d, or %d bytes of names", ErrTooMany, maxFiles, maxNames)
	}
	l.entries = append(l.entries, Entry{Name: name, Mode: mode, ID: e.id, Size: -1})
	return nil
}

// database reads blobs from the object database.
type database struct{ db *objects.Database }

func (d database) Blob(id string, limit int64) ([]byte, error) {
	kind, data, err := d.db.Read(id, limit)
	if err == nil && kind != objects.Blob {
		err = fmt.Errorf("read object %s: it is a %s", id, kind)
	}
	return data, err
}

func (d database) Size(id string) (int64, error) { return d.db.Size(id) }
