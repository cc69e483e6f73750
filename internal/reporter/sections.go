package reporter

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter/convert"
)

// Widths of foreign text in Markdown tables.
const (
	cellText = 300
	cellName = 120
)

// runURL is what a link to a workflow run may look like.
var runURL = regexp.MustCompile(`^https?://[A-Za-z0-9.:/_-]+$`)

func verdictSection(r *report.Report) string {
	var b strings.Builder
	verdict := map[report.Verdict]string{report.Pass: "pass", report.Fail: "fail", report.Error: "error"}[r.Verdict]
	fmt.Fprintf(&b, "## Assure: %s\n\n", verdict)
	if r.Adopted {
		b.WriteString(adoption + "\n\n")
	}
	fmt.Fprintf(&b, "%s.\n\n", countsLine(r))
	if r.BaselineReason != "" {
		b.WriteString("- No baseline, so every finding counts as introduced: " + code(r.BaselineReason, cellText) + "\n")
	}
	for _, reason := range r.Reasons[:min(len(r.Reasons), 10)] {
		b.WriteString("- " + code(reason, cellText) + "\n")
	}
	if r.Target.Reason != "" {
		b.WriteString("- " + code(r.Target.Reason, cellText) + "\n")
	}
	if r.Verdict == report.Error {
		b.WriteString("\nThis run could not see everything. What it did not see may be worse than what it found.\n")
	}
	return b.String() + "\n"
}

func stageSection(r *report.Report) string {
	var b strings.Builder
	b.WriteString(header("Stage", "State", "Looked at", "Time", "Reason"))
	for _, s := range r.Stages {
		b.WriteString(row(code(s.Name, cellName), code(string(s.State), cellName), code(coverage(s), cellText), code(seconds(s.Duration), cellName), code(s.Reason, cellText)))
	}
	return b.String() + "\n"
}

// findingRows are table rows under findingHeader, rolled up.
func findingRows(list []report.Finding) []string {
	lines, _ := rollUp(list)
	return convert.List(lines, func(f report.Finding) string {
		word := f.Severity.String()
		if f.Gates {
			word = "**" + word + "**"
		}
		return row(word, code(f.Rule, cellName), codePlace(f.Location), code(f.Message, cellText), code(remedy(f), cellText))
	})
}

func findingHeader(title string) string {
	return "### " + title + "\n\n" + header("Severity", "Rule", "Where", "What", "Fix")
}

// folded closes a list that opens with foldedHeader, which the reader must open.
const folded = "\n</details>\n\n"

func foldedHeader(title string) string {
	return "<details>\n<summary>" + title + "</summary>\n\n"
}

// gapSection lists what was not seen, with the way out, and folds what does not count.
func gapSection(p *page, r *report.Report, limit int) {
	counting, rest := splitGaps(r)
	p.list("### Not seen\n\n"+header("Stage", "Where", "What", "Fix"), convert.List(counting, func(g report.Gap) string {
		return row(code(g.Stage, cellName), codePlace(g.Location), code(gapText(g), cellText)+ruleOf(g), code(g.Remediation, cellText))
	}), limit, "gap", "\n")
	p.list(foldedHeader("Not seen and not counted: "+restLine(rest))+header("Stage", "Where", "What", "Why it does not count"), convert.List(rest, func(g report.Gap) string {
		return row(code(g.Stage, cellName), codePlace(g.Location), code(gapText(g), cellText)+ruleOf(g), code(whyNot(g), cellText))
	}), limit, "gap", folded)
}

func ruleOf(g report.Gap) string {
	if g.Rule == "" {
		return ""
	}
	return " " + code(g.Rule, cellName)
}

func filesSection(r *report.Report) string {
	line := filesLine(r.Files)
	if line == "" {
		return ""
	}
	return code(line, cellText) + "\n\n"
}

func exceptionRows(r *report.Report) (rows []string) {
	for _, g := range exceptionGroups(r) {
		for _, e := range g.List {
			rows = append(rows, row(g.Name, code(e.Rule, cellName), code(scope(e), cellName), cmp.Or(e.Expires.String(), "never"), code(acceptedBy(e), cellName), code(e.Reason, cellText)))
		}
	}
	return rows
}

func controlRows(r *report.Report, state report.ControlResult) (rows []string) {
	for _, c := range r.Controls {
		if c.State == state {
			rows = append(rows, row(code(c.ID, cellName), code(c.Title, cellText), plural(c.Findings, "finding"), code(c.Reason, cellText)))
		}
	}
	return rows
}

func controlSection(r *report.Report) string {
	if len(r.Controls) == 0 {
		return ""
	}
	return "Controls: " + ControlsLine(r.Controls) + ".\n\n"
}

// footer says what the report is about and where more of it is.
func footer(r *report.Report, o Options) string {
	parts := []string{"Assure " + code(r.Tool.Version, cellName)}
	if r.Target.Commit != "" {
		parts = append(parts, "commit "+code(r.Target.Commit, cellName))
	}
	if r.Target.Base != "" {
		parts = append(parts, "compared with "+code(r.Target.Base, cellName))
	}
	if db := databaseLine(r); db != "" {
		parts = append(parts, "vulnerability database "+code(db, cellText))
	}
	if runURL.MatchString(o.RunURL) {
		parts = append(parts, "[workflow run](<"+o.RunURL+">)")
	}
	return "\n" + strings.Join(parts, " · ") + "\n"
}
