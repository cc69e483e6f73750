package reporter

import (
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
)

// stageSeparator stands between the stages that share a gap.
const stageSeparator = ", "

// blindSpot is what gaps share that are shown as one.
type blindSpot struct {
	rule, subject, message string
	at                     finding.Location
}

// distinct joins the gaps that several stages share; the first stands for all and names
// their stages. It counts when one of them does, and only those that count are named then.
// Only what people read is shortened so; machines get the gaps of every stage.
func distinct(gaps []report.Gap) (out []report.Gap) {
	shown := map[blindSpot]int{}
	for _, g := range gaps {
		spot := blindSpot{g.Rule, g.Subject, g.Message, g.Location}
		if i, ok := shown[spot]; ok {
			out[i] = joinGaps(out[i], g)
			continue
		}
		shown[spot] = len(out)
		out = append(out, g)
	}
	return out
}

// joinGaps is one gap for two of the same blind spot, judged like the worse.
func joinGaps(a, b report.Gap) report.Gap {
	switch {
	case a.Counts && !b.Counts:
		return a
	case b.Counts && !a.Counts:
		return b
	case b.Class == report.Introduced:
		a.Class = b.Class
	}
	if !slices.Contains(strings.Split(a.Stage, stageSeparator), b.Stage) {
		a.Stage += stageSeparator + b.Stage
	}
	return a
}

// stageWord is in the plural for a gap that several stages share.
func stageWord(names string) string {
	if strings.Contains(names, stageSeparator) {
		return "stages"
	}
	return "stage"
}
