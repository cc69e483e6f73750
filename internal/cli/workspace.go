package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/stella-ops/assure/internal/github"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/commit"
)

// workspace is the repository under test, and the tree that is trusted to choose the
// policy for it: the base commit where a change is under test, else the same tree.
type workspace struct {
	root string
	// sub is the one directory below the root that is assessed, empty for all.
	sub   string
	tree  *source.Tree
	event plan.Event
	// base is the tree of the base commit, nil without one; noBase says why.
	base   *source.Tree
	noBase string
	// baseModules are the submodules of the base commit.
	baseModules []string
	// baseTime is when the base commit was made.
	baseTime time.Time
	// github is the workflow's context, the zero value outside the action.
	github github.Context

	closers []func()
}

func (w *workspace) close() {
	for i := len(w.closers) - 1; i >= 0; i-- {
		w.closers[i]()
	}
}

// trusted is the tree that configuration, keys and packs are read from.
func (w *workspace) trusted() *source.Tree {
	if w.changeUnderTest() {
		return w.base
	}
	return w.tree
}

// changeUnderTest is true when the workspace holds somebody's proposal, which must not
// choose the policy that it is judged by.
func (w *workspace) changeUnderTest() bool {
	return w.event.Name == "pull_request" || w.event.Name == "merge_group"
}

// open finds out what is to be assessed and why.
func (a *app) open(ctx context.Context, path string) (*workspace, error) {
	root, sub, err := locate(path)
	if err != nil {
		return nil, err
	}
	w := &workspace{root: root, sub: sub, event: plan.Event{Name: "local"}}
	if err := a.readEvent(w); err != nil {
		return nil, err
	}
	tree, err := source.Open(root)
	if err != nil {
		return nil, err
	}
	w.tree = tree
	w.closers = append(w.closers, func() { tree.Close() })
	if err := a.openBase(ctx, w); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// locate splits a path into the top of its repository, whose settings hold wherever one
// stands, and the directory that is assessed. Outside of repositories it is the root.
func locate(path string) (root, sub string, err error) {
	abs, err := filepath.Abs(path)
	if err == nil {
		abs, err = filepath.EvalSymlinks(abs)
	}
	if err != nil {
		return "", "", fmt.Errorf("open repository: %w", err)
	}
	top := commit.TopLevel(abs)
	if top == "" || top == abs {
		return path, "", nil
	}
	rel, err := filepath.Rel(top, abs)
	if err != nil {
		return "", "", fmt.Errorf("open repository: %w", err)
	}
	return top, filepath.ToSlash(rel), nil
}

// readEvent takes the event from the workflow's environment and refuses those under
// which nothing of the repository may be assessed.
func (a *app) readEvent(w *workspace) error {
	if !a.inAction() {
		return nil
	}
	g, err := github.FromEnv(a.env, os.ReadFile)
	if reason := g.Refuse(false); reason != "" {
		return errors.New(reason)
	}
	if err != nil {
		return err
	}
	w.github = g
	w.event = plan.Event{Name: g.Event, Base: g.BaseSHA, Commit: g.SHA, Ref: g.Ref, Fork: g.Fork}
	return nil
}

// openBase finds HEAD and, where there is a commit to compare with, extracts it.
func (a *app) openBase(ctx context.Context, w *workspace) error {
	repo, err := commit.Open(w.tree.Dir())
	if err == nil {
		err = w.readHead(repo)
	}
	if a.flags.base != "" {
		w.event.Base = a.flags.base
	}
	if w.event.Base == "" && !w.changeUnderTest() {
		w.noBase = "no commit to compare with was given; see --base"
		return nil
	}
	if err == nil {
		err = a.extractBase(ctx, w, repo)
	}
	if err != nil {
		return fmt.Errorf("read the base commit, which the policy comes from: %w", err)
	}
	return nil
}

// readHead fills in what is checked out. On a pull request the merge commit's first
// parent is the base: the event's own base goes stale when a job is run again.
func (w *workspace) readHead(repo *commit.Repository) error {
	id, ref, err := repo.Head()
	if err != nil {
		return err
	}
	w.event.Commit = id
	if w.event.Ref == "" {
		w.event.Ref = ref
	}
	if w.event.Name != "pull_request" {
		return nil
	}
	head, err := repo.Commit(id)
	if err != nil {
		return err
	}
	if parent := head.MergedInto(); parent != "" {
		w.event.Base = parent
	}
	return nil
}

func (a *app) extractBase(ctx context.Context, w *workspace, repo *commit.Repository) error {
	c, err := repo.Commit(w.event.Base)
	if err != nil {
		return err
	}
	w.event.Base, w.baseTime = c.ID(), c.Time()
	if w.baseModules, err = c.Submodules(); err != nil {
		return err
	}
	dir, remove, err := a.tempDir()
	if err != nil {
		return err
	}
	w.closers = append(w.closers, remove)
	if err := c.Extract(ctx, dir); err != nil {
		return err
	}
	if w.base, err = source.Open(dir); err != nil {
		return err
	}
	w.closers = append(w.closers, func() { w.base.Close() })
	return nil
}
