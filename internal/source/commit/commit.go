// Package commit reads the files of a commit from the object database. It never runs
// the git program, and reads nothing of the repository's configuration: hooks, filters,
// attributes, replacements and grafts have no say in what it sees.
package commit

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/source/commit/objects"
)

// Errors that callers tell apart.
var (
	// ErrNotFound marks a file that the commit does not have.
	ErrNotFound = errors.New("no such file in the commit")
	// ErrNoRepository marks a directory that is not a work tree.
	ErrNoRepository = errors.New("repository does not exist")
	// ErrMissing marks an object that the clone does not have, as in shallow and partial
	// clones.
	ErrMissing = objects.ErrMissing
	// ErrCorrupt marks an object that cannot be read, or whose content has another id.
	ErrCorrupt = objects.ErrCorrupt
	// ErrFormat marks a repository whose names of commits are kept in a way that is not read.
	ErrFormat = errors.New("the repository keeps its references in a format that is not read")
)

// Repository is a checkout's object database, with the names of commits.
type Repository struct {
	refs refs
	db   *objects.Database
}

// Open opens the repository whose work tree is dir. A directory that is not a work
// tree yields ErrNoRepository.
func Open(dir string) (*Repository, error) {
	git, err := gitDir(dir)
	if err != nil {
		return nil, fmt.Errorf("open git repository: %w", ErrNoRepository)
	}
	common, err := commonDir(git)
	if err != nil {
		return nil, fmt.Errorf("open git repository: %w", err)
	}
	return &Repository{refs{git, common}, objects.Open(filepath.Join(common, "objects"))}, nil
}

// Head returns the checked-out commit's id and the branch's full name, which is empty
// when no branch is checked out.
func (r *Repository) Head() (id, ref string, err error) {
	id, ref, err = r.refs.resolve("HEAD")
	if err != nil {
		return "", "", fmt.Errorf("read HEAD: %w", err)
	}
	if !strings.HasPrefix(ref, "refs/heads/") {
		ref = ""
	}
	return id, ref, nil
}

// Commit resolves a revision: an id or its beginning, a branch, a tag, or HEAD, with ~
// and ^ behind. One that a shallow clone lacks is an error that says how to fetch it.
func (r *Repository) Commit(rev string) (*Commit, error) {
	c, err := r.revision(rev)
	if err != nil {
		return nil, fmt.Errorf("find commit %q: %w; fetch it first (actions/checkout: fetch-depth: 2)", rev, err)
	}
	return c, nil
}

// Tags are the names of all tags that were fetched, sorted.
func (r *Repository) Tags() (names []string, err error) {
	if names, err = r.refs.list("refs/tags/"); err != nil {
		return nil, fmt.Errorf("list tags: %w", err)
	}
	return names, nil
}

// Blob returns the first bytes of a blob, at most limit.
func (r *Repository) Blob(id string, limit int64) ([]byte, error) {
	return database{r.db}.Blob(id, limit)
}

// Commit is one commit of a repository.
type Commit struct {
	id, tree string
	parents  []string
	when     time.Time
	db       *objects.Database
}

// ID is the commit's full hash.
func (c *Commit) ID() string { return c.id }

// Time is when the commit was made, as its committer says.
func (c *Commit) Time() time.Time { return c.when }

// Parents are the ids of the commit's parents.
func (c *Commit) Parents() []string { return c.parents }

// MergedInto returns the first parent of a merge commit, "" for any other commit. On
// a pull request GitHub checks out the merge of the change into the base.
func (c *Commit) MergedInto() string {
	if len(c.parents) < 2 {
		return ""
	}
	return c.parents[0]
}

// ReadFile returns a regular file of the commit, at most limit bytes.
func (c *Commit) ReadFile(name string, limit int64) ([]byte, error) {
	data, err := c.readFile(name, limit)
	if err != nil {
		return nil, fmt.Errorf("read %s at %s: %w", name, c.id, err)
	}
	return data, nil
}

func (c *Commit) readFile(name string, limit int64) ([]byte, error) {
	at := treeEntry{id: c.tree, mode: modeDir}
	for part := range strings.SplitSeq(name, "/") {
		if at.mode&modeType != modeDir {
			return nil, ErrNotFound
		}
		list, err := readTree(c.db, at.id)
		if err != nil {
			return nil, err
		}
		var ok bool
		if at, ok = child(list, part); !ok {
			return nil, ErrNotFound
		}
	}
	if mode, leaf := modeOf(at.mode); !leaf || mode != 0 {
		return nil, errors.New("not a regular file")
	}
	data, err := database{c.db}.Blob(at.id, limit+1)
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("not a file of at most %d bytes", limit)
	}
	return data, err
}

// modeOf is what an entry of a tree is, and whether it is a file.
func modeOf(mode uint32) (m fs.FileMode, leaf bool) {
	switch mode & modeType {
	case modeFile:
		return 0, true
	case modeLink:
		return fs.ModeSymlink, true
	case modeModule:
		return fs.ModeDir, true
	default:
		return 0, false
	}
}
