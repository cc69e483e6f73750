package report

import (
	"cmp"
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
)

// Gap is a stage's gap with what the report knows about it.
type Gap struct {
	finding.Gap
	// Stage that could not see.
	Stage string
	// Class is introduced or existing.
	Class Class
	// Fingerprint is the identity across commits.
	Fingerprint string
	// Exception that accepts it, nil without one.
	Exception *config.Exception
	// Counts is true when it degrades its stage.
	Counts bool
}

// GapsOf returns the gaps of one stage.
func (r *Report) GapsOf(stage string) (out []Gap) {
	for _, g := range r.Gaps {
		if g.Stage == stage {
			out = append(out, g)
		}
	}
	return out
}

// judgeGaps says of every gap of the runs whether it counts.
func judgeGaps(in Input, t trust) []Gap {
	gaps := collectGaps(in.Runs)
	classifyGaps(gaps, in)
	for i := range gaps {
		g := &gaps[i]
		if acceptable(g.Gap) {
			g.Exception = accepting(in.Exceptions, asFinding(g.Gap), in.Now, t)
		}
		g.Counts = g.Exception == nil && (g.Class != Existing || !sparesExisting(in))
	}
	return gaps
}

// sparesExisting reports whether gaps that a change did not bring leave its verdict alone.
func sparesExisting(in Input) bool {
	return in.FailOn == "new" || in.FailOn == "none" && in.ChangeUnderTest
}

// collectGaps joins the gaps of all runs in place order and drops repeats.
func collectGaps(runs []StageRun) (all []Gap) {
	for _, run := range runs {
		for _, g := range run.Set.Gaps {
			rule, _ := gap.Lookup(g.Rule)
			g.Remediation = cmp.Or(g.Remediation, rule.Remediation)
			all = append(all, Gap{Gap: g, Stage: run.Name, Class: Introduced, Fingerprint: g.Fingerprint()})
		}
	}
	slices.SortStableFunc(all, compareGaps)
	return slices.CompactFunc(all, func(a, b Gap) bool { return compareGaps(a, b) == 0 })
}

func compareGaps(a, b Gap) int {
	return cmp.Or(
		a.Location.Compare(b.Location),
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(a.Subject, b.Subject),
		cmp.Compare(a.Message, b.Message),
		cmp.Compare(a.Stage, b.Stage),
	)
}

// restate derives the states of the runs anew from the gaps that count.
func restate(runs []StageRun, gaps []Gap) []StageRun {
	counting := map[string][]finding.Gap{}
	for _, g := range gaps {
		if g.Counts {
			counting[g.Stage] = append(counting[g.Stage], g.Gap)
		}
	}
	out := slices.Clone(runs)
	for i := range out {
		if run := &out[i]; run.State == Degraded && len(run.Set.Gaps) > 0 {
			run.State, run.Reason = StateOf(run.Set, counting[run.Name])
		}
	}
	return out
}

// gapsOf are the gaps of the stage for which the condition is true.
func gapsOf(stage string, gaps []Gap, when func(Gap) bool) (out []Gap) {
	for _, g := range gaps {
		if g.Stage == stage && when(g) {
			out = append(out, g)
		}
	}
	return out
}
