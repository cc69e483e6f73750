package workspace

import (
	"context"
	"errors"
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/commit"
)

// Selection says which files are assessed: those that git tracks or HEAD holds, and unless
// trackedOnly also those that git does not ignore. What was named by its path counts in any case.
func (w *Workspace) Selection(ctx context.Context, cfg config.Config, trackedOnly bool) (source.Selection, error) {
	s := source.Selection{Exclude: cfg.Exclude, Under: w.Sub}
	o := commit.Options{TrackedOnly: trackedOnly, Generated: cfg.Generated}
	index, err := commit.OpenIndex(w.Tree.Dir(), o)
	if err == nil && w.Sub != "" && !index.Reaches(w.Sub) {
		index.Close()
		o.Generated = append(slices.Clone(o.Generated), w.Sub)
		index, err = commit.OpenIndex(w.Tree.Dir(), o)
	}
	switch {
	case errors.Is(err, commit.ErrNoRepository):
		return s, nil
	case err != nil:
		return s, err
	}
	root := index.Closer()
	w.closers = append(w.closers, func() { root.Close() })
	if trackedOnly {
		w.commit(ctx, index)
	}
	s.Head, s.Committed = index, trackedOnly
	return s, nil
}

// commit adds what HEAD holds, so that nothing that a step did to the index or to the disk
// takes a file out of judgement. A clone that lacks the commit's directories has the index
// alone.
func (w *Workspace) commit(ctx context.Context, index *commit.Index) {
	repo, err := commit.Open(w.Tree.Dir())
	if err != nil {
		return
	}
	if id, _, err := repo.Head(); err == nil {
		if c, err := repo.Commit(id); err == nil {
			if files, err := c.Files(ctx); err == nil {
				index.Commit(files)
			}
		}
	}
}

// BaseSelection is all of the base commit.
func (w *Workspace) BaseSelection(cfg config.Config) source.Selection {
	return source.Selection{Exclude: cfg.Exclude, Under: w.Sub, Head: source.Whole{Modules: w.baseModules}}
}
