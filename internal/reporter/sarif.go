package reporter

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter/convert"
)

const (
	sarifDriver = "Assure"
	sarifHome   = "https://github.com/stella-ops/assure"
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

// renderSARIF writes the full SARIF log: one run a stage, excepted findings with their
// suppression, fixes, and what a broken stage saw before it broke.
func renderSARIF(r *report.Report, _ Options) ([]byte, error) {
	data, err := json.MarshalIndent(sarifLog(r, &logShape{full: true}), "", " ")
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}

// logShape says what a log holds.
type logShape struct {
	// full is the file; otherwise the log is for GitHub, which ignores suppressions
	// and fixes, closes the alerts that a run does not repeat, and has limits.
	full bool
	// limit bounds the results of a run when it is not zero.
	limit int
}

func sarifLog(r *report.Report, shape *logShape) *sarif.Report {
	log := sarif.NewReport()
	log.Schema = sarifSchema
	byStage := map[string][]report.Finding{}
	for _, f := range r.Findings {
		byStage[f.Stage] = append(byStage[f.Stage], f)
	}
	for _, s := range r.Stages {
		if s.State == report.Skipped || s.State == report.Failed && !shape.full {
			continue // without a run, earlier alerts of the stage stay as they are
		}
		log.Runs = append(log.Runs, newSarifRun(r, s, byStage[s.Name], shape))
	}
	return log
}

// newSarifRun is one stage. Its id is the category under which GitHub keeps its alerts.
func newSarifRun(r *report.Report, s report.StageRun, findings []report.Finding, shape *logShape) *sarif.Run {
	kept, cut := shape.choose(findings)
	rules, index := sarifRules(s, kept)
	driver := sarif.NewToolComponent()
	driver.Name, driver.InformationURI = ptr(sarifDriver), ptr(sarifHome)
	driver.Version = ptr(cmp.Or(r.Tool.Version, "unknown"))
	driver.Rules = rules
	run := sarif.NewRun()
	run.Tool = sarif.NewTool().WithDriver(driver)
	run.ColumnKind = ptr("unicodeCodePoints")
	run.AutomationDetails = sarif.NewRunAutomationDetails().WithID("assure/" + s.Name + "/")
	gaps := r.GapsOf(s.Name)
	driver.Notifications = gapDescriptors(gaps)
	run.Invocations = []*sarif.Invocation{invocation(s, gaps, cut, shape)}
	seen := map[string]int{}
	for _, f := range kept {
		seen[f.Rule+"\x00"+f.Fingerprint]++
		run.Results = append(run.Results, result(f, index[f.Rule], seen[f.Rule+"\x00"+f.Fingerprint], shape))
	}
	return run
}

// choose returns the findings of a run in place order and how many were cut.
func (shape *logShape) choose(findings []report.Finding) (kept []report.Finding, cut int) {
	if shape.full {
		return findings, 0
	}
	for _, f := range findings {
		if f.Exception == nil {
			kept = append(kept, f)
		}
	}
	if shape.limit == 0 || len(kept) <= shape.limit {
		return kept, 0
	}
	cut = len(kept) - shape.limit
	order := make([]int, len(kept))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return worse(kept[a], kept[b]) })
	order = order[:shape.limit]
	slices.Sort(order)
	return convert.List(order, func(i int) report.Finding { return kept[i] }), cut
}

// invocation says whether the stage saw everything. GitHub refuses a whole upload of
// which one run was not successful, so there a degraded stage only has notifications.
func invocation(s report.StageRun, gaps []report.Gap, cut int, shape *logShape) *sarif.Invocation {
	inv := sarif.NewInvocation()
	broken := s.State == report.Failed || s.State == report.Degraded
	inv.ExecutionSuccessful = ptr(!broken || !shape.full)
	if s.Reason != "" {
		level := "warning"
		if broken {
			level = "error"
		}
		inv.AddToolExecutionNotification(notification(level, string(s.State)+": "+s.Reason, finding.Location{}))
	}
	for _, g := range gaps {
		inv.AddToolExecutionNotification(gapNotification(g))
	}
	if cut > 0 {
		inv.AddToolExecutionNotification(notification("warning", fmt.Sprintf(
			"%s are not in this upload; the verdict counts them and the report files list them", plural(cut, "milder result")), finding.Location{}))
	}
	return inv
}

func notification(level, message string, at finding.Location) *sarif.Notification {
	n := sarif.NewNotification().WithMessage(sarifText(message))
	n.Level = level
	if at.URI != "" {
		n.AddLocation(sarifLocation(at))
	}
	return n
}

// sarifMessage escapes foreign text for a plain-text SARIF message, in which brackets
// make links (SARIF 2.1.0, 3.11.6). The result has at most limit characters and never
// ends within an escape.
func sarifMessage(s string, limit int) string {
	escape := strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`)
	s = strings.TrimSpace(strip(s))
	for n := limit; ; n /= 2 {
		if e := escape.Replace(short(s, n)); utf8.RuneCountInString(e) <= limit {
			return e
		}
	}
}

// sarifText is the first of the texts that is more than white space.
func sarifText(texts ...string) *sarif.Message {
	return sarif.NewMessage().WithText(firstText(2000, texts...))
}

func firstText(limit int, texts ...string) string {
	for _, t := range texts {
		if t = sarifMessage(t, limit); t != "" {
			return t
		}
	}
	return "no text"
}

func sarifLocation(l finding.Location) *sarif.Location {
	g := convert.Region(l.Region)
	reg := sarif.NewRegion()
	reg.StartLine, reg.StartColumn, reg.EndLine, reg.EndColumn = &g.StartLine, &g.StartColumn, &g.EndLine, &g.EndColumn
	physical := sarif.NewPhysicalLocation().WithArtifactLocation(sarif.NewArtifactLocation().WithURI(convert.URI(l.URI))).WithRegion(reg)
	return sarif.NewLocation().WithPhysicalLocation(physical)
}

func ptr[T any](v T) *T { return &v }
