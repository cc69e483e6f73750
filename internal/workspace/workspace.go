// Package workspace is the repository under test, and the commit that it is compared
// with. What its policy is read from is decided here alone.
package workspace

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/github"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/commit"
	"github.com/stella-ops/assure/internal/trust"
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
	// Trust is how the run is judged, and PolicyCommit the commit that the policy is read
	// from, empty for the tree under test and for the built-in policy.
	Trust        trust.Decision
	PolicyCommit string
	// Degraded says why the built-in policy has to do, and how to do better; else empty.
	Degraded string
	// Base is the tree of the commit that findings are compared with, nil without one;
	// NoBase says why.
	Base   *source.Tree
	NoBase string
	// BaseTime is when the base commit was made.
	BaseTime time.Time
	// GitHub is the workflow's context, the zero value outside of workflows.
	GitHub github.Context

	// temp is for private directories, and private one that was asked for.
	temp, private string
	// policy is what is trusted, nil when the tree under test is.
	policy *source.Tree
	// broken is what could not be read of the base commit.
	broken *failure
	// baseModules are the submodules of the base commit.
	baseModules []string
	closers     []func()
}

// Options are what a workspace takes from the outside.
type Options struct {
	// Facts are what the system says about the run.
	Facts trust.Facts
	// GitHub is the workflow's context, the zero value outside of workflows.
	GitHub github.Context
	// Base is the commit to compare with, instead of the event's.
	Base string
	// Temp is for private directories; empty means the system's directory.
	Temp string
	// Remote reads commits that the clone lacks; nil when there is nobody to ask.
	Remote Remote
}

// Open finds out what is to be assessed and why.
func Open(ctx context.Context, path string, o Options) (*Workspace, error) {
	root, sub, err := locate(path)
	if err != nil {
		return nil, err
	}
	if o.Facts.System != trust.Local && sub == "" {
		root = checkout(root, o.Facts)
	}
	w := &Workspace{Root: root, Sub: sub, GitHub: o.GitHub, temp: o.Temp, Event: plan.Event{Name: cmp.Or(o.Facts.Event, "local"), Commit: o.Facts.Named, Ref: o.Facts.Ref}}
	if w.Tree, err = source.Open(root); err != nil {
		return nil, err
	}
	w.closers = append(w.closers, func() { w.Tree.Close() })
	if err := w.decide(ctx, o); err != nil {
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

// Trusted is the tree that configuration, keys and packs are read from. It is empty where
// the built-in policy has to do.
func (w *Workspace) Trusted() *source.Tree {
	if w.ChangeUnderTest() {
		return w.policy
	}
	return w.Tree
}

// ChangeUnderTest is true when what is under test must not choose the policy that it is
// judged by.
func (w *Workspace) ChangeUnderTest() bool { return w.Trust.Policy != trust.OwnTree }

// Proposal is true when what is under test is not merged, so that only what it brings
// counts.
func (w *Workspace) Proposal() bool { return w.Trust.Class == trust.Proposal }

// Reason says why the run is not the plain case, empty when it is.
func (w *Workspace) Reason() string {
	if w.Degraded == "" || w.Base == nil {
		return w.Trust.Reason
	}
	return strings.TrimPrefix(w.Trust.Reason+"; "+w.Degraded, "; ")
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

// checkout finds the repository where a workflow has checked it out below the directory
// that it works in: the one that has what the system names.
func checkout(root string, f trust.Facts) string {
	if commit.TopLevel(root) != "" {
		return root
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		return root
	}
	for _, e := range entries[:min(len(entries), maxCheckouts)] {
		dir := filepath.Join(root, e.Name())
		repo, err := commit.Open(dir)
		if err != nil || !e.IsDir() {
			continue
		}
		if id, _, err := repo.Head(); err == nil && (id == f.Named || id == f.Tip) {
			return dir
		}
	}
	return root
}

// maxCheckouts bounds the directories that are looked at for a checkout.
const maxCheckouts = 100
