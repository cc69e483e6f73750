package reporter

import (
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/report"
)

// splitGaps parts the gaps into those that count, and those that are older than the change
// or accepted, as people read them.
func splitGaps(r *report.Report) (counting, rest []report.Gap) {
	for _, g := range distinct(r.Gaps) {
		if g.Counts {
			counting = append(counting, g)
		} else {
			rest = append(rest, g)
		}
	}
	return counting, rest
}

// whyNot says why a gap does not count.
func whyNot(g report.Gap) string {
	if g.Exception != nil {
		return "accepted " + until(*g.Exception) + " by " + acceptedBy(*g.Exception) + ": " + g.Exception.Reason
	}
	return string(g.Class)
}

// gapText is the message of a gap with what was not seen, where the message may not say it.
func gapText(g report.Gap) string {
	if g.Subject == "" || strings.Contains(g.Message, g.Subject) {
		return g.Message
	}
	return g.Subject + ": " + g.Message
}

// restLine counts the gaps that do not count: 2 existing, 1 accepted.
func restLine(rest []report.Gap) string {
	accepted := 0
	for _, g := range rest {
		if g.Exception != nil {
			accepted++
		}
	}
	var parts []string
	if n := len(rest) - accepted; n > 0 {
		parts = append(parts, strconv.Itoa(n)+" existing")
	}
	if accepted > 0 {
		parts = append(parts, strconv.Itoa(accepted)+" accepted")
	}
	return strings.Join(parts, ", ")
}

// filesLine says what became of all files, in one line; empty without a ledger.
func filesLine(f report.Files) string {
	if f.Total() == 0 {
		return ""
	}
	var parts []string
	add := func(n int, what string) {
		if n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+what)
		}
	}
	add(f.Judged, "judged")
	add(f.Excluded, "excluded"+excludedBy(f.ExcludedBy))
	add(f.Gap, "not seen")
	nothing := "are nothing this gate judges"
	if f.OutOfScope == 1 {
		nothing = "is nothing this gate judges"
	}
	add(f.OutOfScope, nothing)
	return plural(f.Total(), "file") + ": " + strings.Join(parts, ", ")
}

func excludedBy(settings []string) string {
	if len(settings) == 0 || settings[0] == "" {
		return ""
	}
	by := " by " + settings[0]
	if rest := len(settings) - 1; rest > 0 {
		by += " and " + plural(rest, "more setting")
	}
	return by
}
