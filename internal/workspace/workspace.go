// Package workspace is the repository under test, and the commit that it is compared
// with. What its policy is read from is decided here alone.
package workspace

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/stella-ops/assure/internal/github"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/commit"
)

// Workspace is the repository under test, and the tree that is trusted to choose the
// policy for it: the base commit where a change is under test, else the same tree.
type Workspace struct {
	// Root is the top of the repository.
	Root string
	// Sub is the one directory below the root that is assessed, empty for all.
	Sub string
	// Tree holds the files under test.
	Tree *source.Tree
	// Event is what the run is for.
	Event plan.Event
	// Base is the tree of the base commit, nil without one; NoBase says why.
	Base   *source.Tree
	NoBase string
	// BaseTime is when the base commit was made.
	BaseTime time.Time
	// GitHub is the workflow's context, the zero value outside the action.
	GitHub github.Context

	// baseModules are the submodules of the base commit.
	baseModules []string
	closers     []func()
}

// Options are what a workspace takes from the outside.
type Options struct {
	// GitHub is the workflow's context, the zero value outside the action.
	GitHub github.Context
	// Base is the commit to compare with, instead of the event's.
	Base string
}

// Open finds out what is to be assessed and why.
func Open(ctx context.Context, path string, o Options) (*Workspace, error) {
	root, sub, err := locate(path)
	if err != nil {
		return nil, err
	}
	w := &Workspace{Root: root, Sub: sub, Event: event(o.GitHub), GitHub: o.GitHub}
	if w.Tree, err = source.Open(root); err != nil {
		return nil, err
	}
	w.closers = append(w.closers, func() { w.Tree.Close() })
	if err := w.openBase(ctx, o); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// Close releases what the workspace holds open, the last first.
func (w *Workspace) Close() {
	for i := len(w.closers) - 1; i >= 0; i-- {
		w.closers[i]()
	}
}

// Trusted is the tree that configuration, keys and packs are read from.
func (w *Workspace) Trusted() *source.Tree {
	if w.ChangeUnderTest() {
		return w.Base
	}
	return w.Tree
}

// ChangeUnderTest is true when the workspace holds somebody's proposal, which must not
// choose the policy that it is judged by.
func (w *Workspace) ChangeUnderTest() bool {
	return w.Event.Name == "pull_request" || w.Event.Name == "merge_group"
}

func event(g github.Context) plan.Event {
	if g.Event == "" {
		return plan.Event{Name: "local"}
	}
	return plan.Event{Name: g.Event, Base: g.BaseSHA, Commit: g.SHA, Ref: g.Ref, Strict: g.Fork}
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
