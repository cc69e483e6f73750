package workspace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/commit"
	"github.com/stella-ops/assure/internal/trust"
)

// Remote reads a commit that the clone lacks, through the system's API.
type Remote interface {
	Entries(ctx context.Context, commit string) ([]commit.Entry, error)
	Blob(ctx context.Context, id string, limit int64) ([]byte, error)
	MergeBase(ctx context.Context, base, head string) (string, error)
	DefaultBranch(ctx context.Context) (commit string, err error)
}

// opener finds the commits of a decision and opens their trees.
type opener struct {
	*Workspace
	ctx    context.Context
	o      Options
	facts  trust.Facts
	repo   *commit.Repository
	opened map[string]*base
}

// base is an opened commit.
type base struct {
	id      string
	time    time.Time
	modules []string
	tree    *source.Tree
	// broken is what could not be read of it, in the course of the run.
	broken *failure
}

// decide finds out what is checked out, whom to believe, and opens what that takes. A
// commit that cannot be had never ends the run: then the built-in policy holds, and every
// finding is new.
func (w *Workspace) decide(ctx context.Context, o Options) error {
	f := &opener{Workspace: w, ctx: ctx, o: o, facts: o.Facts, opened: map[string]*base{}}
	f.readHead()
	w.Trust = trust.Decide(f.facts)
	if w.Trust.Class == trust.Refused {
		return errors.New(w.Trust.Reason)
	}
	if err := f.openPolicy(); err != nil {
		w.Degraded, w.policy = f.degraded(err), source.FromFS(commit.NewFiles(nil, nil), w.Tree.Dir())
		f.facts.Missing = true
		w.Trust = trust.Decide(f.facts)
	}
	w.Event.Strict, w.Event.NoStack = w.Trust.Strict, w.Trust.NoStack
	return f.openCompared()
}

// readHead adds what is checked out to the facts. What cannot be read stays unknown.
func (f *opener) readHead() {
	var err error
	if f.repo, err = commit.Open(f.Tree.Dir()); err != nil {
		return
	}
	id, ref, err := f.repo.Head()
	if err != nil {
		return
	}
	f.facts.Head, f.Event.Commit = id, id
	if f.Event.Ref == "" {
		f.Event.Ref = ref
	}
	if c, err := f.repo.Commit(id); err == nil {
		f.facts.Parents = c.Parents()
	}
	if f.facts.Default == "" && f.facts.System != trust.GitHub {
		f.facts.Default = f.repo.RemoteDefault()
	}
}

// openPolicy opens the commit that the policy comes from.
func (f *opener) openPolicy() error {
	if f.Trust.Policy == trust.OwnTree {
		return nil
	}
	id, err := f.anchor()
	if err != nil {
		return err
	}
	b, err := f.open(id)
	if err != nil {
		return err
	}
	f.policy, f.PolicyCommit = b.tree, b.id
	return nil
}

// openCompared opens the commit that findings are compared with: the one that was asked
// for, else that of the decision.
func (f *opener) openCompared() error {
	id := f.o.Base
	if id == "" {
		id = f.compared()
	}
	if id == "" {
		f.NoBase = cmp.Or(f.Degraded, "no commit to compare with was given; see --base")
		return nil
	}
	b, err := f.open(id)
	if err != nil && f.o.Base != "" && !errors.Is(err, errUnreadable) {
		return fmt.Errorf("read the commit to compare with: %w", err)
	}
	if err != nil && f.o.Base == "" { // the tip of the base holds more than their common ancestor
		b = f.opened[f.PolicyCommit]
	}
	if b == nil {
		f.NoBase = firstLine(err.Error()) + ", so that every finding counts as new"
		return nil
	}
	f.Base, f.BaseTime, f.baseModules, f.Event.Base, f.broken = b.tree, b.time, b.modules, b.id, b.broken
	source.Share(f.Tree, f.Base)
	return nil
}

// compared is the commit of the decision. Where the common ancestor cannot be found, or
// is not one alone, it is the tip of the base: what that has too the change does not bring.
func (f *opener) compared() string {
	if f.Trust.Compare != trust.MergeBase || f.PolicyCommit == "" || f.facts.Head == "" {
		return f.PolicyCommit
	}
	if f.repo != nil {
		id, err := f.repo.MergeBase(f.ctx, f.PolicyCommit, f.facts.Head)
		switch {
		case err == nil:
			return id
		case errors.Is(err, commit.ErrSeveralMergeBases):
			return f.PolicyCommit
		}
	}
	if f.o.Remote != nil {
		if id, err := f.o.Remote.MergeBase(f.ctx, f.PolicyCommit, f.facts.Head); err == nil {
			return id
		}
	}
	return f.PolicyCommit
}

var (
	errNoDefault = errors.New("the default branch is not in the clone")
	errUnnamed   = errors.New("nothing names the default branch")
	errNoTarget  = errors.New("the branch that the change is for is not in the clone")
)

// anchor is the commit that the policy comes from, as the system names it.
func (f *opener) anchor() (string, error) {
	switch {
	case f.Trust.Compare == trust.FirstParent:
		return f.facts.Parents[0], nil
	case f.Trust.Policy == trust.DefaultBranch:
		return f.defaultBranch()
	case f.facts.System != trust.GitHub && f.fetched(f.facts.Target) != "":
		return f.fetched(f.facts.Target), nil
	case f.facts.Base != "":
		return f.facts.Base, nil
	default:
		return "", fmt.Errorf("%w (%s)", errNoTarget, f.facts.Target)
	}
}

// defaultBranch is the tip of the default branch: the event's own commit where the run is
// for that branch, else as it was fetched, else as the API says.
func (f *opener) defaultBranch() (string, error) {
	name := f.facts.Default
	if name != "" && f.facts.Ref == "refs/heads/"+name && f.facts.Named != "" {
		return f.facts.Named, nil
	}
	if id := f.fetched(name); id != "" {
		return id, nil
	}
	if f.o.Remote != nil {
		return f.o.Remote.DefaultBranch(f.ctx)
	}
	if name == "" {
		return "", errUnnamed
	}
	return "", fmt.Errorf("%w (%s)", errNoDefault, name)
}

// fetched is a branch of origin, provided that origin is not some other repository: a
// workflow may have checked out a fork.
func (f *opener) fetched(branch string) string {
	if branch == "" || f.repo == nil || f.facts.System == trust.GitHub && !f.GitHub.Is(f.repo.Origin()) {
		return ""
	}
	return f.repo.RemoteBranch(branch)
}

// open opens a commit of the clone, or else through the API.
func (f *opener) open(rev string) (*base, error) {
	if b := f.opened[rev]; b != nil {
		return b, nil
	}
	b, err := f.openLocal(rev)
	if err != nil && f.o.Remote != nil && rev != f.o.Base {
		var remote error
		if b, remote = f.openRemote(rev); remote != nil {
			err = fmt.Errorf("%w, and the API did not give it (%w)", err, remote)
		} else {
			err = nil
		}
	}
	if err != nil {
		return nil, err
	}
	f.opened[rev], f.opened[b.id] = b, b
	return b, nil
}
