package report

import (
	"fmt"
	"slices"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
)

// classifyGaps finds those that are older than the change: the base commit has as many of
// the same identity, and every byte that decides about them is the same.
func classifyGaps(gaps []Gap, in Input) {
	base, said := map[string]int{}, map[[2]string]bool{}
	old := followed(collectGaps(in.Base), in.Change)
	for i, n := range perStage(old) {
		base[n.fingerprint] = max(base[n.fingerprint], n.nth)
		said[[2]string{n.fingerprint, old[i].Message}] = true
	}
	for i, n := range perStage(gaps) {
		g := &gaps[i]
		if rule, _ := gap.Lookup(g.Rule); rule.Content && n.nth <= base[g.Fingerprint] &&
			(unchanged(g.Gap, in.same) || !rule.Final && said[[2]string{g.Fingerprint, g.Message}] && (unchanged(g.Gap, in.alike) || in.kept(g.Gap))) {
			g.Class = Existing
		}
	}
}

// followed are gaps of the base commit in files that moved, under their new names.
func followed(gaps []Gap, change Change) []Gap {
	for i := range gaps {
		gaps[i].Gap = follow(gaps[i].Gap, change)
		gaps[i].Fingerprint = gaps[i].Gap.Fingerprint()
	}
	return gaps
}

func follow(g finding.Gap, change Change) finding.Gap {
	if change == nil {
		return g
	}
	if to := change.File(g.Location.URI); to != g.Location.URI && change.Identical(to) {
		if g.Subject == g.Location.URI {
			g.Subject = to
		}
		g.Location.URI = to
	}
	return g
}

// kept reports whether the change left alone the part of its file that a gap is about, and
// all other files that decide about it.
func (in Input) kept(g finding.Gap) bool {
	if in.Change == nil || slices.ContainsFunc(g.Depends, func(file string) bool { return file != g.Location.URI && !in.alike(file) }) {
		return false
	}
	return in.Change.Kept(g)
}

// same reports whether a file of the head is one of the base commit, byte for byte.
func (in Input) same(file string) bool {
	return in.Unchanged != nil && in.Unchanged(file) || in.Change != nil && in.Change.Identical(file)
}

// alike reports whether a file of the head, or all below a directory, is what it was but
// for what no tool reads.
func (in Input) alike(file string) bool {
	return in.same(file) || in.Change != nil && in.Change.Alike(file)
}

// occurrence is the nth gap of one identity in one stage.
type occurrence struct {
	stage, fingerprint string
	nth                int
}

func perStage(gaps []Gap) []occurrence {
	out := make([]occurrence, len(gaps))
	seen := map[occurrence]int{}
	for i, g := range gaps {
		out[i] = occurrence{stage: g.Stage, fingerprint: g.Fingerprint}
		seen[out[i]]++
		out[i].nth = seen[occurrence{stage: g.Stage, fingerprint: g.Fingerprint}]
	}
	return out
}

// unchanged reports whether the change left alone the unseen thing and all that decides
// what it is. A gap that stands nowhere has nothing to compare.
func unchanged(g finding.Gap, same func(string) bool) bool {
	if g.Location.URI == "" || !same(g.Location.URI) {
		return false
	}
	return !slices.ContainsFunc(g.Depends, func(file string) bool { return !same(file) })
}

// blindBase says why the comparison with the base commit is incomplete: something there
// was not seen that this run does see. What neither sees hides nothing.
func blindBase(base []StageRun, gaps []Gap, change Change) string {
	existing := map[string]bool{}
	for _, g := range gaps {
		existing[g.Fingerprint] = existing[g.Fingerprint] || g.Class == Existing
	}
	for _, run := range base {
		hidden := slices.ContainsFunc(run.Set.Gaps, func(g finding.Gap) bool { return !existing[follow(g, change).Fingerprint()] })
		if run.State == Failed || run.State == Degraded && (hidden || len(run.Set.Gaps) == 0) {
			return fmt.Sprintf("stage %s could not see all of the base commit, so some findings may count as new: %s", run.Name, run.Reason)
		}
	}
	return ""
}
