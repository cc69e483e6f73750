package ledger

import (
	"github.com/stella-ops/assure/internal/change"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/report"
)

// Change compares the plans of two commits for the report, in the files that the runs speak
// of; nil without a base commit.
func Change(base *plan.Plan, before []report.StageRun, head *plan.Plan, after []report.StageRun) report.Change {
	if base == nil {
		return nil
	}
	return change.Between(change.Side{Plan: base, Files: spoken(before)}, change.Side{Plan: head, Files: spoken(after)})
}

// spoken are the files that findings and gaps stand in.
func spoken(runs []report.StageRun) (files []string) {
	for _, run := range runs {
		for _, f := range run.Set.Findings {
			files = append(files, f.Targets()...)
		}
		for _, g := range run.Set.Gaps {
			files = append(files, g.Location.URI)
		}
	}
	return files
}

// Unparsed are the files of a plan that could not be parsed and look like nothing.
func Unparsed(p *plan.Plan) (files []string) {
	if p == nil {
		return nil
	}
	for _, u := range p.Unparsed {
		files = append(files, u.Location.URI)
	}
	return files
}
