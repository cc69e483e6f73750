// Package ledger says what a plan means for every file: who is to judge it, and which
// setting takes it out. The report compares that with what the stages did.
package ledger

import (
	"fmt"
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/report"
)

// Files are the names of the files of a plan.
func Files(p *plan.Plan) []string {
	names := make([]string, 0, len(p.Files))
	for _, f := range p.Files {
		names = append(names, f.Name)
	}
	return names
}

// Excluded names for each file that is taken out the setting and the line that does it.
func Excluded(cfg config.Config, p *plan.Plan) map[string]string {
	by := make([]string, len(cfg.Exclude))
	for i := range by {
		if at := cfg.At(fmt.Sprintf("exclude[%d]", i)); at.URI != "" {
			by[i] = fmt.Sprintf("%s:%d", at.URI, at.Region.StartLine)
		} else {
			by[i] = "the setting exclude"
		}
	}
	files := make(map[string]string, len(p.Listing.Excluded))
	for name, i := range p.Listing.Excluded {
		files[name] = by[i]
	}
	return files
}

// Broken adds the gaps of files that do not parse and look like nothing, but that a stage
// judged in the base commit: one broken line must not take a file out of judgement.
func Broken(runs, base []report.StageRun, p *plan.Plan) []report.StageRun {
	out := slices.Clone(runs)
	for i, run := range out {
		j := slices.IndexFunc(base, func(b report.StageRun) bool { return b.Name == run.Name })
		if j < 0 {
			continue
		}
		var gaps []finding.Gap
		for _, u := range p.Unparsed {
			if _, judged := base[j].Set.Seen[u.Location.URI]; judged && slices.Contains(u.Stages, run.Name) {
				gaps = append(gaps, u.Gap)
			}
		}
		out[i].Set.Gaps = slices.Concat(run.Set.Gaps, gaps)
		if len(gaps) > 0 && run.State != report.Failed && run.State != report.Skipped {
			out[i].State, out[i].Reason = report.Degraded, gaps[0].Message
		}
	}
	return out
}

// planned is what the stages would judge, in the form of what they did.
func planned(cfg config.Config, p *plan.Plan) (runs []report.StageRun) {
	for _, name := range config.StageNames {
		if !cfg.Runs(name) {
			continue
		}
		run := report.StageRun{Name: name, State: report.Passed, Set: finding.Set{Gaps: p.Gaps(name)}}
		see(&run.Set, name, p)
		runs = append(runs, run)
	}
	return runs
}

func see(set *finding.Set, stage string, p *plan.Plan) {
	switch stage {
	case "deps":
		for _, name := range p.LockFiles {
			set.See(name, "to be read as a dependency file")
		}
	case "hardening":
		for _, d := range p.Documents {
			for _, name := range d.Files {
				set.See(name, "to be judged as "+string(d.Kind))
			}
		}
		if p.Config != nil {
			for _, name := range p.Config.Files {
				set.See(name, "to be read as configuration")
			}
		}
	case "images":
		for _, im := range p.Images {
			set.See(im.Location.URI, "to be read for image references")
		}
	case "dast":
		for _, s := range p.Stacks {
			for _, name := range s.Files {
				set.See(name, "part of a stack that could be tested")
			}
		}
	}
}

// Before is the ledger before anything ran.
func Before(cfg config.Config, p *plan.Plan) []finding.Entry {
	return report.Build(report.Input{
		Runs: planned(cfg, p), Files: Files(p), Excluded: Excluded(cfg, p), OutOfScope: p.OutOfScope,
	}).Ledger
}

// Meant are the files that each stage is to judge.
func Meant(cfg config.Config, p *plan.Plan) map[string]map[string]string {
	files := map[string]map[string]string{}
	for _, run := range planned(cfg, p) {
		files[run.Name] = run.Set.Seen
	}
	return files
}
