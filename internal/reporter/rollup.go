package reporter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
)

// rollUpFrom is how many findings at one place about one subject are shown as one line.
const rollUpFrom = 4

// spot is what findings share that are shown together.
type spot struct {
	stage, subject string
	class          report.Class
	at             finding.Location
	severity       finding.Severity
	gates          bool
}

func spotOf(f report.Finding) spot {
	return spot{f.Stage, f.Subject, f.Class, f.Location, f.Severity, f.Gates}
}

// rollUp joins findings that say at one place what one subject lacks: a service
// without any hardening, a dependency with many advisories. The first of them stands for
// all and names the others. Only what people read is shortened so; machines get every
// finding. It returns the lines and how many findings each stands for.
func rollUp(list []report.Finding) (lines []report.Finding, counts []int) {
	groups, shown := map[spot][]report.Finding{}, map[spot]bool{}
	for _, f := range list {
		groups[spotOf(f)] = append(groups[spotOf(f)], f)
	}
	for _, f := range list {
		group := groups[spotOf(f)]
		switch {
		case len(group) < rollUpFrom:
			lines, counts = append(lines, f), append(counts, 1)
		case !shown[spotOf(f)]:
			shown[spotOf(f)] = true
			f.Message = fmt.Sprintf("%d findings here, also %s: %s", len(group), names(group), f.Message)
			lines, counts = append(lines, f), append(counts, len(group))
		}
	}
	return lines, counts
}

// shownNames is how many rules of a group are named.
const shownNames = 8

// names are the rules of a group besides the first.
func names(group []report.Finding) string {
	var ids []string
	for _, f := range group[1:] {
		if !slices.Contains(ids, f.Rule) {
			ids = append(ids, f.Rule)
		}
	}
	if rest := len(ids) - shownNames; rest > 0 {
		ids = append(ids[:shownNames], fmt.Sprintf("%d more", rest))
	}
	return strings.Join(ids, ", ")
}
