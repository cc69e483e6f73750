package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/stella-ops/assure/internal/cli/unused"
	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/report"
)

// aboutExclude are the findings about patterns that match nothing.
func aboutExclude(cfg config.Config, p *plan.Plan) (all []finding.Finding) {
	for _, i := range p.Listing.Unused {
		all = append(all, report.ExcludeUnused(cfg.Exclude[i], cfg.At(fmt.Sprintf("exclude[%d]", i))))
	}
	return all
}

// aboutEntries are the findings about entries of the settings that match nothing.
func aboutEntries(j *job, p *plan.Plan, runs []report.StageRun) []finding.Finding {
	return slices.Concat(aboutExclude(j.cfg, p), unused.Settings(j.cfg, p, runs, j.Sub != ""))
}

// aboutSettings are the findings about the settings of the run, and about those that the
// change under test brings.
func (a *app) aboutSettings(j *job, p *plan.Plan, runs []report.StageRun) []finding.Finding {
	all := aboutEntries(j, p, runs)
	for i, dir := range j.cfg.Generated {
		if !j.Tree.Has(dir) {
			all = append(all, report.GeneratedMissing(dir, j.cfg.At(fmt.Sprintf("generated[%d]", i))))
		}
	}
	if !j.ChangeUnderTest() {
		return all
	}
	_, err := a.headConfig(j.Tree)
	if err == nil {
		return all
	}
	for _, mistake := range unjoin(err) {
		at, text := finding.Top(config.Files[0]), mistake.Error()
		if e, ok := errors.AsType[*config.Error](mistake); ok {
			at, text = e.Location, e.Message
		} else if i := slices.IndexFunc(config.Files[:], j.Tree.Has); i >= 0 {
			at = finding.Top(config.Files[i])
		}
		all = append(all, report.BrokenConfiguration(text, at))
	}
	return all
}
