package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/commit"
)

// selection says which files are assessed: in the action those that git tracks, else
// also those that it does not ignore. What was named by its path counts in any case.
func (a *app) selection(w *workspace, cfg config.Config) (source.Selection, error) {
	s := source.Selection{Exclude: cfg.Exclude, Under: w.sub}
	o := commit.Options{TrackedOnly: a.inAction(), Generated: cfg.Generated}
	index, err := commit.OpenIndex(w.tree.Dir(), o)
	if err == nil && w.sub != "" && !index.Reaches(w.sub) {
		index.Close()
		o.Generated = append(slices.Clone(o.Generated), w.sub)
		index, err = commit.OpenIndex(w.tree.Dir(), o)
	}
	switch {
	case errors.Is(err, commit.ErrNoRepository):
		return s, nil
	case err != nil:
		return s, err
	}
	w.closers = append(w.closers, func() { index.Close() })
	s.Head = index
	return s, nil
}

func indexed(key string, i int) string { return fmt.Sprintf("%s[%d]", key, i) }

// baseSelection is all of the base commit.
func (w *workspace) baseSelection(cfg config.Config) source.Selection {
	return source.Selection{Exclude: cfg.Exclude, Under: w.sub, Head: source.Whole{Modules: w.baseModules}}
}

// aboutExclude are the findings about patterns that match nothing.
func aboutExclude(cfg config.Config, p *plan.Plan) (all []finding.Finding) {
	for _, i := range p.Listing.Unused {
		all = append(all, report.ExcludeUnused(cfg.Exclude[i], cfg.At(indexed("exclude", i))))
	}
	return all
}

// aboutSettings are the findings about the settings of the run, and about those that the
// change under test brings.
func (a *app) aboutSettings(j *job, p *plan.Plan) []finding.Finding {
	all := aboutExclude(j.cfg, p)
	for i, dir := range j.cfg.Generated {
		if !j.tree.Has(dir) {
			all = append(all, report.GeneratedMissing(dir, j.cfg.At(indexed("generated", i))))
		}
	}
	if !j.changeUnderTest() {
		return all
	}
	_, err := a.headConfig(j.tree)
	if err == nil {
		return all
	}
	for _, mistake := range unjoin(err) {
		at, text := finding.Top(config.Files[0]), mistake.Error()
		if e, ok := errors.AsType[*config.Error](mistake); ok {
			at, text = e.Location, e.Message
		} else if i := slices.IndexFunc(config.Files[:], j.tree.Has); i >= 0 {
			at = finding.Top(config.Files[i])
		}
		all = append(all, report.BrokenConfiguration(text, at))
	}
	return all
}
