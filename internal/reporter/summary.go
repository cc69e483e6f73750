package reporter

import (
	"github.com/stella-ops/assure/internal/report"
)

// summaryBytes bounds summary.md. The runner drops a job summary above 1,024 KiB as a
// whole (actions/runner, FileCommandManager); other steps of the job need a little.
const summaryBytes = 1000 << 10

// summaryWorst is how many findings stand at the top of the summary.
const summaryWorst = 20

// renderSummary writes the job summary: verdict, stages, the worst findings, what was
// not seen, and then everything that fits.
func renderSummary(r *report.Report, o Options) ([]byte, error) {
	end := footer(r, o)
	p := &page{left: summaryBytes - len(end)}
	p.add(verdictSection(r))
	p.add(stageSection(r))
	p.add(filesSection(r))
	rows := findingRows(counted(r))
	worst := rows[:min(len(rows), summaryWorst)]
	p.list(findingHeader("Findings"), worst, len(worst), "line", "\n")
	gapSection(p, r, 200)
	pendingSection(p, r, 200)
	p.list("### Exceptions\n\n"+header("State", "Rule", "For", "Expires", "Owner", "Reason"), exceptionRows(r), 200, "exception", "\n")
	p.add(controlSection(r))
	p.list("### Controls not satisfied\n\n"+header("Control", "Requirement", "Findings", "Reason"), controlRows(r, report.NotSatisfied), 200, "control", "\n")
	p.list(foldedHeader("Findings of the base commit that are gone")+findingHeader("Fixed"), findingRows(r.Fixed), 200, "line", folded)
	rest := rows[len(worst):]
	p.list(foldedHeader("Further findings")+findingHeader("Further findings"), rest, len(rest), "line", folded)
	return []byte(p.String() + end), nil
}
