package reporter

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
)

// Bounds of the lists in text; the files hold everything.
const (
	textFindings = 50
	textList     = 10
	textWidth    = 600
)

// renderText writes the report for a terminal: verdict first, then what was looked
// at, then what was found.
func renderText(r *report.Report, o Options) ([]byte, error) {
	t := &console{o: o}
	t.verdict(r)
	t.stages(r)
	t.files(r)
	t.findings(r)
	t.gaps(r)
	t.section(pendingTitle, pendingLines(r))
	t.exceptions(r)
	t.facts(r)
	t.hints(r)
	return t.Bytes(), nil
}

// console collects lines; every foreign value passes through terminal on its way in.
type console struct {
	bytes.Buffer
	o Options
}

func (t *console) line(format string, args ...any) {
	fmt.Fprintf(t, format+"\n", args...)
}

func (t *console) title(s string) { t.line("\n%s", paint(t.o.Color, bold, s)) }

func (t *console) verdict(r *report.Report) {
	if r.Adopted {
		t.line("%s", adoption)
	}
	word := map[report.Verdict]string{report.Pass: green, report.Fail: red, report.Error: red}[r.Verdict]
	t.line("%s  %s", paint(t.o.Color, word, strings.ToUpper(terminal(string(r.Verdict)))), countsLine(r))
	if r.BaselineReason != "" {
		t.line("  no baseline, so every finding counts as introduced: %s", terminal(short(r.BaselineReason, textWidth)))
	}
	for _, reason := range r.Reasons {
		t.line("  %s", TerminalLine(short(reason, textWidth)))
	}
	if r.Target.Reason != "" {
		t.line("  %s", TerminalLine(short(r.Target.Reason, textWidth)))
	}
}

func (t *console) stages(r *report.Report) {
	t.title("Stages")
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for _, s := range r.Stages {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", terminal(s.Name), terminal(string(s.State)), terminal(coverage(s)),
			seconds(s.Duration), terminal(short(s.Reason, textWidth)))
	}
	_ = w.Flush() // a strings.Builder takes everything
	for l := range strings.Lines(table.String()) {
		t.line("  %s", strings.TrimRight(l, " \n"))
	}
}

func (t *console) files(r *report.Report) {
	if line := filesLine(r.Files); line != "" {
		t.line("\n  %s", terminal(short(line, textWidth)))
	}
}

func (t *console) findings(r *report.Report) {
	all, counts := rollUp(counted(r))
	limit := t.o.Limit
	if limit == 0 {
		limit = textFindings
	}
	if limit < 0 || limit > len(all) {
		limit = len(all)
	}
	for i, f := range all[:limit] {
		if i == 0 || worse(all[i-1], f) != 0 {
			t.title(groupTitle(f, r))
		}
		t.line("  %s%s", t.hit(f), faintClass(t.o.Color, f))
		if m := remedy(f); m != "" {
			t.line("      %s %s", paint(t.o.Color, faint, "fix:"), terminal(short(m, textWidth)))
		}
	}
	if rest := total(counts[limit:]); rest > 0 {
		t.line("\n  %s not shown", plural(rest, "more finding"))
	}
}

func total(counts []int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

func groupTitle(f report.Finding, r *report.Report) string {
	title := strings.ToUpper(f.Severity.String()[:1]) + f.Severity.String()[1:]
	switch {
	case f.Gates:
		return title + ", fails the gate"
	case r.Verdict == report.Pass || !r.Threshold.Meets(f.Severity):
		return title
	default:
		return title + ", does not fail the gate"
	}
}

// hit is a finding as file:line:col: severity rule-id message.
func (t *console) hit(f report.Finding) string {
	return fmt.Sprintf("%s: %s %s %s", terminalPath(f.Location.String()), paint(t.o.Color, severityColor(f.Severity), f.Severity.String()),
		terminal(f.Rule), terminal(short(f.Message, textWidth)))
}

func faintClass(color bool, f report.Finding) string {
	if f.Class == report.Introduced || f.Class == "" {
		return ""
	}
	return paint(color, faint, " ("+terminal(string(f.Class))+")")
}

func severityColor(s finding.Severity) string {
	switch {
	case s >= finding.High:
		return red
	case s == finding.Medium:
		return yellow
	default:
		return faint
	}
}

// gaps lists what counts, with the way out, and only counts the rest.
func (t *console) gaps(r *report.Report) {
	counting, rest := splitGaps(r)
	var lines []string
	for _, g := range counting {
		line := t.gap(g)
		if g.Remediation != "" {
			line += "\n      " + paint(t.o.Color, faint, "fix:") + " " + terminal(short(g.Remediation, textWidth))
		}
		lines = append(lines, line)
	}
	t.section("Not seen", lines)
	if len(rest) > 0 {
		t.line("\n  not seen and not counted: %s; the report files list them", restLine(rest))
	}
}

// gap is a gap as file:line:col: rule message.
func (t *console) gap(g report.Gap) string {
	return strings.Join(slices.DeleteFunc([]string{gapPlace(g) + ":", terminal(g.Rule), terminal(short(gapText(g), textWidth))},
		func(s string) bool { return s == "" }), " ")
}

// gapPlace is where a gap is, or whose it is when it is nowhere.
func gapPlace(g report.Gap) string {
	if g.Location.URI == "" {
		return stageWord(g.Stage) + " " + terminal(g.Stage)
	}
	return terminalPath(g.Location.String())
}

func (t *console) exceptions(r *report.Report) {
	var lines []string
	for _, g := range exceptionGroups(r) {
		for _, e := range g.List {
			lines = append(lines, g.Name+": "+terminal(short(exceptionLine(e), textWidth)))
		}
	}
	t.section("Exceptions", lines)
}

// section writes a bounded list.
func (t *console) section(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	t.title(title)
	for _, l := range lines[:min(len(lines), textList)] {
		t.line("  %s", l)
	}
	if rest := len(lines) - textList; rest > 0 {
		t.line("  %s not shown", plural(rest, "more line"))
	}
}

func (t *console) facts(r *report.Report) {
	var lines []string
	if len(r.Controls) > 0 {
		lines = append(lines, "controls: "+ControlsLine(r.Controls))
	}
	if len(r.Fixed) > 0 {
		lines = append(lines, plural(len(r.Fixed), "finding")+" of the base commit gone")
	}
	if db := databaseLine(r); db != "" {
		lines = append(lines, "vulnerability database: "+terminal(db))
	}
	for _, s := range r.Stages {
		for _, n := range s.Set.Notes {
			lines = append(lines, terminal(s.Name)+": "+terminal(short(n, textWidth)))
		}
	}
	t.section("Facts", lines)
}

func (t *console) hints(r *report.Report) {
	switch {
	case len(r.Findings) == 0:
	case t.o.OutDir != "":
		t.line("\nEverything: %s/report.html. One rule: assure explain RULE.", TerminalLine(t.o.OutDir))
	default:
		t.line("\nEverything: --out DIR. One rule: assure explain RULE.")
	}
}

// renderLint writes one line a finding, for editors.
func renderLint(r *report.Report, o Options) ([]byte, error) {
	t := &console{o: o}
	for _, f := range r.Findings {
		if f.Exception == nil {
			t.line("%s", t.hit(f))
		}
	}
	counting, _ := splitGaps(r)
	for _, g := range counting {
		t.line("%s: error %s %s", gapPlace(g), terminal(cmp.Or(g.Rule, "assure/gap")), terminal(short(gapText(g), textWidth)))
	}
	return t.Bytes(), nil
}
