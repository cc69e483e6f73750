package reporter

import (
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter/convert"
)

// adoption is the first line of a report about the first configuration of a repository.
const adoption = "First adoption: the settings of this change that do not loosen the built-in policy count already; the others wait for the merge."

// pendingTitle heads the changes of the policy.
const pendingTitle = "Policy after the merge"

// pendingLines are the changes of the policy, one a line.
func pendingLines(r *report.Report) []string {
	return convert.List(r.Pending, func(c finding.Change) string {
		return terminalPath(c.Location.String()) + ": " + terminal(short(c.String(), textWidth))
	})
}

// pendingSection lists the changes of the policy.
func pendingSection(p *page, r *report.Report, limit int) {
	p.list("### "+pendingTitle+"\n\n"+header("Effect", "Where", "What"), convert.List(r.Pending, func(c finding.Change) string {
		return row(code(string(c.Effect), cellName), codePlace(c.Location), code(c.Setting+" "+c.Text, cellText))
	}), limit, "change", "\n")
}

func redactChange(c finding.Change, f func(string) string) finding.Change {
	c.Setting, c.Text = f(c.Setting), f(c.Text)
	return c
}
