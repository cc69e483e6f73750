// Package live says what the dynamic test of a change is compared with: the base commit is
// not started, so other things must tell what is new.
package live

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/dast/parts"
	"github.com/stella-ops/assure/internal/workspace"
)

const stageName = "dast"

// Unchanged compares files with those of the base commit. It is nil where no change is
// under test, where there is no base, and where the change edits a setting of the test:
// named is the configuration file if it is not one of the usual ones.
func Unchanged(w *workspace.Workspace, cfg config.Config, named string) func(string) bool {
	same := w.Unchanged()
	if same == nil || !w.ChangeUnderTest() || !sameSettings(w, named, same) {
		return nil
	}
	for _, file := range []string{".zap/", cfg.DAST.RulesFile, cfg.DAST.Target.CAFile} {
		if file != "" && !same(file) {
			return nil
		}
	}
	return same
}

// sameSettings reports whether the change leaves the configuration of the test alone.
func sameSettings(w *workspace.Workspace, named string, same func(string) bool) bool {
	files := config.Files[:]
	if named != "" {
		files = []string{named}
	}
	if !slices.ContainsFunc(files, func(f string) bool { return !same(f) }) {
		return true
	}
	head, ok := settings(w.Tree, files)
	base, ok2 := settings(w.Base, files)
	return ok && ok2 && reflect.DeepEqual(head, base)
}

// settings are those of the one file that exists; false where they cannot be read.
func settings(tree *source.Tree, files []string) (config.DAST, bool) {
	files = slices.DeleteFunc(slices.Clone(files), func(f string) bool { return !tree.Has(f) })
	if len(files) != 1 {
		return config.Default().DAST, len(files) == 0
	}
	data, err := tree.Read(files[0], source.MaxFileBytes)
	if err != nil {
		return config.DAST{}, false
	}
	cfg, err := config.Load(config.Sources{File: files[0], Data: data})
	return cfg.DAST, err == nil
}

// Compare adds to the runs on the base commit what the dynamic test found there: on a
// stack that the change leaves alone, all that it found now; else what the report of an
// earlier run says. Where that cannot be used, the run on the change says why.
func Compare(ctx context.Context, w *workspace.Workspace, cfg config.Config, p *plan.Plan, runs, base []report.StageRun) (now, before []report.StageRun) {
	i := slices.IndexFunc(runs, func(r report.StageRun) bool { return r.Name == stageName })
	if i < 0 || runs[i].State == report.Skipped || w.Base == nil || base == nil {
		return runs, base
	}
	found, note := earlier(ctx, w, cfg, p, runs[i])
	runs = slices.Clone(runs)
	if note != "" {
		runs[i].Set.Notes = append(slices.Clone(runs[i].Set.Notes), note)
	}
	if found == nil {
		return runs, base
	}
	return runs, append(slices.Clone(base), report.StageRun{Name: stageName, State: report.HasFindings, Set: finding.Set{Findings: found}})
}

// earlier are the findings to compare with, nil where there are none to go by.
func earlier(ctx context.Context, w *workspace.Workspace, cfg config.Config, p *plan.Plan, run report.StageRun) (found []finding.Finding, note string) {
	if cfg.DAST.Target.URL == "" && parts.Same(ctx, p, cfg.DAST, w.Unchanged()) {
		return append([]finding.Finding{}, run.Set.Findings...), "the change leaves alone what the stack is made of, so nothing that was found there counts as new"
	}
	if cfg.DAST.BaseReport == "" {
		return nil, ""
	}
	found, err := fromReport(cfg.DAST.BaseReport, w.Event.Base)
	if err != nil {
		return nil, fmt.Sprintf("every finding of this stage counts as new, because dast.base-report could not be used: %v", err)
	}
	return found, ""
}
