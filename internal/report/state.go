package report

import (
	"fmt"

	"github.com/stella-ops/assure/internal/finding"
)

// StateOf derives the state of a stage that ended without an error from what it returned
// and those of its gaps that count, with the reason.
func StateOf(set finding.Set, gaps []finding.Gap) (State, string) {
	switch {
	case len(gaps) > 0:
		return Degraded, gapReason(gaps)
	case len(set.Findings) > 0:
		return HasFindings, ""
	case covered(set) == 0 && len(set.Gaps) == 0:
		return NothingToCheck, ""
	default:
		return Passed, ""
	}
}

func gapReason(gaps []finding.Gap) string {
	g := gaps[0]
	reason := g.Message
	if g.Location.URI != "" {
		reason = g.Location.String() + ": " + reason
	}
	if n := len(gaps) - 1; n > 0 {
		reason += fmt.Sprintf(" (and %d more)", n)
	}
	return reason
}

func covered(set finding.Set) (n int) {
	for _, c := range set.Coverage {
		n += c
	}
	return n
}
