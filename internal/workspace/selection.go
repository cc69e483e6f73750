package workspace

import (
	"errors"
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/commit"
)

// Selection says which files are assessed: those that git tracks, and unless trackedOnly
// also those that it does not ignore. What was named by its path counts in any case.
func (w *Workspace) Selection(cfg config.Config, trackedOnly bool) (source.Selection, error) {
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
	s.Head = index
	return s, nil
}

// BaseSelection is all of the base commit.
func (w *Workspace) BaseSelection(cfg config.Config) source.Selection {
	return source.Selection{Exclude: cfg.Exclude, Under: w.Sub, Head: source.Whole{Modules: w.baseModules}}
}
