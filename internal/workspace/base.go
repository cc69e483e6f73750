package workspace

import (
	"context"
	"fmt"

	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/commit"
)

// openBase finds HEAD and, where there is a commit to compare with, lists it.
func (w *Workspace) openBase(ctx context.Context, o Options) error {
	repo, err := commit.Open(w.Tree.Dir())
	if err == nil {
		err = w.readHead(repo)
	}
	if o.Base != "" {
		w.Event.Base = o.Base
	}
	if w.Event.Base == "" && !w.ChangeUnderTest() {
		w.NoBase = "no commit to compare with was given; see --base"
		return nil
	}
	if err == nil {
		err = w.readBase(ctx, repo)
	}
	if err != nil {
		return fmt.Errorf("read the base commit, which the policy comes from: %w", err)
	}
	return nil
}

// readHead fills in what is checked out. On a pull request the merge commit's first
// parent is the base: the event's own base goes stale when a job is run again.
func (w *Workspace) readHead(repo *commit.Repository) error {
	id, ref, err := repo.Head()
	if err != nil {
		return err
	}
	w.Event.Commit = id
	if w.Event.Ref == "" {
		w.Event.Ref = ref
	}
	if w.Event.Name != "pull_request" {
		return nil
	}
	head, err := repo.Commit(id)
	if err != nil {
		return err
	}
	if parent := head.MergedInto(); parent != "" {
		w.Event.Base = parent
	}
	return nil
}

// readBase lists the files of the base commit. They are read where git keeps them, and
// stand for the same directory as those under test.
func (w *Workspace) readBase(ctx context.Context, repo *commit.Repository) error {
	c, err := repo.Commit(w.Event.Base)
	if err != nil {
		return err
	}
	w.Event.Base, w.BaseTime = c.ID(), c.Time()
	files, err := c.Files(ctx)
	if err != nil {
		return err
	}
	w.baseModules = files.Submodules()
	w.Base = source.FromFS(files, w.Tree.Dir())
	source.Share(w.Tree, w.Base)
	return nil
}
