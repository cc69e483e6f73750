// Package commit reads the files of a commit from the object database. It never runs
// the git program, so hooks, filters, attributes and configuration of the repository
// under test have no say in what it sees.
package commit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"
)

// Limits of what a commit may make us write; a larger one is refused.
const (
	maxFiles = 200_000
	maxBytes = 2 << 30
)

// ErrNotFound marks a file that the commit does not have.
var ErrNotFound = errors.New("no such file in the commit")

// ErrNoRepository marks a directory that is not a work tree.
var ErrNoRepository = git.ErrRepositoryNotExists

// Commit is one commit of a repository.
type Commit struct {
	c *object.Commit
	s storer.EncodedObjectStorer
}

// Repository is the object database of a checkout.
type Repository struct{ r *git.Repository }

// Open opens the repository whose work tree is dir. A directory that is not a work
// tree yields git.ErrRepositoryNotExists.
func Open(dir string) (*Repository, error) {
	r, err := git.PlainOpenWithOptions(dir, &git.PlainOpenOptions{EnableDotGitCommonDir: true})
	if err != nil {
		return nil, fmt.Errorf("open git repository: %w", err)
	}
	return &Repository{r}, nil
}

// Head returns the checked-out commit's id and the branch's full name, which is empty
// when no branch is checked out.
func (r *Repository) Head() (id, ref string, err error) {
	h, err := r.r.Head()
	if err != nil {
		return "", "", fmt.Errorf("read HEAD: %w", err)
	}
	if h.Name().IsBranch() {
		ref = h.Name().String()
	}
	return h.Hash().String(), ref, nil
}

// Commit resolves a revision. A revision that a shallow clone lacks is an error that
// says how to fetch it.
func (r *Repository) Commit(rev string) (*Commit, error) {
	h, err := r.r.ResolveRevision(plumbing.Revision(rev))
	if err != nil {
		return nil, fmt.Errorf("find commit %q: %w; fetch it first (actions/checkout: fetch-depth: 2)", rev, err)
	}
	c, err := r.r.CommitObject(*h)
	if err != nil {
		return nil, fmt.Errorf("read commit %q: %w; fetch it first (actions/checkout: fetch-depth: 2)", rev, err)
	}
	return &Commit{c, r.r.Storer}, nil
}

// Tags are the names of all tags that were fetched, sorted.
func (r *Repository) Tags() (names []string, err error) {
	refs, err := r.r.Tags()
	if err != nil {
		return nil, fmt.Errorf("list tags: %w", err)
	}
	err = refs.ForEach(func(ref *plumbing.Reference) error {
		names = append(names, ref.Name().Short())
		return nil
	})
	slices.Sort(names)
	return names, err
}

// ID is the commit's full hash.
func (c *Commit) ID() string { return c.c.Hash.String() }

// Time is when the commit was made, as its committer says.
func (c *Commit) Time() time.Time { return c.c.Committer.When }

// MergedInto returns the first parent of a merge commit, "" for any other commit. On
// a pull request GitHub checks out the merge of the change into the base.
func (c *Commit) MergedInto() string {
	if len(c.c.ParentHashes) < 2 {
		return ""
	}
	return c.c.ParentHashes[0].String()
}

// ReadFile returns a regular file of the commit, at most limit bytes.
func (c *Commit) ReadFile(name string, limit int64) ([]byte, error) {
	f, err := c.c.File(name)
	if errors.Is(err, object.ErrFileNotFound) {
		return nil, fmt.Errorf("read %s at %s: %w", name, c.ID(), ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s at %s: %w", name, c.ID(), err)
	}
	if f.Mode == filemode.Symlink || f.Size > limit {
		return nil, fmt.Errorf("read %s at %s: not a regular file of at most %d bytes", name, c.ID(), limit)
	}
	return contents(f)
}

// Submodules are the directories that hold other repositories, sorted.
func (c *Commit) Submodules() ([]string, error) {
	if _, err := c.c.File(".gitmodules"); errors.Is(err, object.ErrFileNotFound) {
		return nil, nil
	}
	tree, err := c.c.Tree()
	if err != nil {
		return nil, fmt.Errorf("list submodules of %s: %w", c.ID(), err)
	}
	var dirs []string
	walker := object.NewTreeWalker(tree, true, nil)
	defer walker.Close()
	for {
		name, e, err := walker.Next()
		if errors.Is(err, io.EOF) {
			slices.Sort(dirs)
			return dirs, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list submodules of %s: %w", c.ID(), err)
		}
		if e.Mode == filemode.Submodule {
			dirs = append(dirs, name)
		}
	}
}

// Extract writes the commit's files below dir, which must be empty. Names that would
// leave dir are refused, and so is whatever would be written through a link: links are
// made last. Where they lead is for the reader of dir to judge.
func (c *Commit) Extract(ctx context.Context, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("open %s: %w", dir, err)
	}
	defer root.Close()
	files, err := c.c.Files()
	if err != nil {
		return fmt.Errorf("list files of %s: %w", c.ID(), err)
	}
	x := extractor{ctx: ctx, root: root}
	if err := files.ForEach(x.write); err != nil {
		return fmt.Errorf("extract %s: %w", c.ID(), err)
	}
	if err := x.link(); err != nil {
		return fmt.Errorf("extract links of %s: %w", c.ID(), err)
	}
	return nil
}

type extractor struct {
	ctx   context.Context
	root  *os.Root
	count int
	bytes int64
	links []*object.File
}

// maxLink is above every path that a system takes.
const maxLink = 4096

func (x *extractor) write(f *object.File) error {
	if err := x.ctx.Err(); err != nil {
		return err
	}
	x.count++
	x.bytes += f.Size
	if x.count > maxFiles || x.bytes > maxBytes {
		return fmt.Errorf("more than %d files or %d bytes", maxFiles, int64(maxBytes))
	}
	switch {
	case !filepath.IsLocal(filepath.FromSlash(f.Name)) || strings.ContainsRune(f.Name, 0):
		return nil
	case f.Mode == filemode.Symlink:
		x.links = append(x.links, f)
		return nil
	}
	data, err := contents(f)
	if err != nil {
		return err
	}
	name := filepath.FromSlash(f.Name)
	if err := x.root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return x.root.WriteFile(name, data, 0o644)
}

// link makes the symbolic links, but those with a name that is taken or a target that no
// system knows.
func (x *extractor) link() error {
	for _, f := range x.links {
		if f.Size > maxLink {
			continue
		}
		target, err := contents(f)
		if err != nil {
			return err
		}
		name := filepath.FromSlash(f.Name)
		if err := x.root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			continue
		}
		_ = x.root.Symlink(string(target), name) // one that cannot be made leads nowhere
	}
	return nil
}

func contents(f *object.File) ([]byte, error) {
	r, err := f.Reader()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, f.Size))
}
