package report_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
)

// TestExceptionsInFiles accepts findings by comments, and on a change under test only by
// those that accept the same finding in the base commit.
func TestExceptionsInFiles(t *testing.T) {
	t.Parallel()
	at := func(from, to int) config.Exception {
		return config.Exception{Rule: "a", Path: "compose.yaml", Reason: "why", Expires: day("2027-01-31"), Lines: config.Lines{From: from, To: to}, Source: config.InlineSource}
	}
	other := func(subject string, line int) finding.Finding {
		f := hit("a", finding.High, line)
		f.Subject = subject
		return f
	}
	for name, tt := range map[string]struct {
		in                              report.Input
		verdict                         report.Verdict
		used, pending, unused, findings int
	}{
		"the line":      {report.Input{Exceptions: []config.Exception{at(3, 3)}}, report.Pass, 1, 0, 0, 1},
		"the block":     {report.Input{Exceptions: []config.Exception{at(2, 8)}}, report.Pass, 1, 0, 0, 1},
		"another line":  {report.Input{Exceptions: []config.Exception{at(4, 8)}}, report.Fail, 0, 0, 1, 2},
		"of the change": {report.Input{Exceptions: []config.Exception{at(3, 3)}, ChangeUnderTest: true}, report.Fail, 0, 1, 0, 1},
		"of the base too": {report.Input{Exceptions: []config.Exception{at(3, 3)}, ChangeUnderTest: true, BaseExceptions: []config.Exception{at(9, 9)},
			Base: []report.StageRun{ran(report.HasFindings, hit("a", finding.High, 9))}}, report.Pass, 1, 0, 0, 1},
		"moved to another subject": {report.Input{Exceptions: []config.Exception{at(3, 3)}, ChangeUnderTest: true, BaseExceptions: []config.Exception{at(9, 9)},
			Base: []report.StageRun{ran(report.HasFindings, other("db", 9))}}, report.Fail, 0, 1, 0, 1},
		"prolonged": {report.Input{Exceptions: []config.Exception{at(3, 3)}, ChangeUnderTest: true,
			BaseExceptions: []config.Exception{{Rule: "a", Path: "compose.yaml", Reason: "why", Expires: day("2026-12-31"), Lines: config.Lines{From: 9, To: 9}, Source: config.InlineSource}},
			Base:           []report.StageRun{ran(report.HasFindings, hit("a", finding.High, 9))}}, report.Fail, 0, 1, 0, 1},
		"not understood": {report.Input{Unreadable: []finding.Gap{{Message: "no rule", Location: finding.Top("compose.yaml")}}}, report.Fail, 0, 0, 0, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.in.Now, tt.in.FailOn, tt.in.Threshold = now, "all", config.Threshold{Severity: finding.High}
			tt.in.Runs = []report.StageRun{ran(report.HasFindings, hit("a", finding.High, 3))}
			r := report.Build(tt.in)
			got := []int{len(r.Exceptions.Used), len(r.Exceptions.Pending), len(r.Exceptions.Unused), len(r.Findings)}
			if diff := cmp.Diff([]int{tt.used, tt.pending, tt.unused, tt.findings}, got); diff != "" || r.Verdict != tt.verdict {
				t.Errorf("verdict %s\n%s", r.Verdict, diff)
			}
		})
	}
}
