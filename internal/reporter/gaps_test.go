package reporter

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/report"
)

// TestSARIFGaps checks level and kind of the notification of every class.
func TestSARIFGaps(t *testing.T) {
	t.Parallel()
	run := readLog(t, "sarif", rich(verbatim))["assure/images/"]
	var got []string
	for _, n := range run.Invocations[0].ToolExecutionNotifications[1:] {
		id := ""
		if n.Descriptor != nil {
			id = *n.Descriptor.ID
		}
		got = append(got, n.Level+" "+id)
	}
	want := []string{"warning ", "warning gap/image-not-scanned", "warning gap/key-unavailable", "note gap/unknown-value", "note gap/not-rendered"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notifications (-want +got):\n%s", diff)
	}
	var kinds []string
	for _, d := range run.Tool.Driver.Notifications {
		kinds = append(kinds, *d.ID)
	}
	if diff := cmp.Diff([]string{"gap/image-not-scanned", "gap/key-unavailable", "gap/not-rendered", "gap/unknown-value"}, kinds); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}

// TestOldGapsBreakNothing: a stage whose gaps do not count saw what it had to.
func TestOldGapsBreakNothing(t *testing.T) {
	t.Parallel()
	r := &report.Report{Verdict: report.Pass, Stages: []report.StageRun{{Name: "deps", State: report.Passed}}, Gaps: []report.Gap{
		{Gap: finding.Gap{Rule: gap.NoVersion, Message: "old one", Location: finding.Top("a")}, Stage: "deps", Class: report.Existing},
	}}
	if run := readLog(t, "sarif", r)["assure/deps/"]; !*run.Invocations[0].ExecutionSuccessful {
		t.Error("SARIF calls the stage unsuccessful")
	}
	for format, silent := range map[string]string{"text": "old one", "lint": "old one", "annotations": "old one"} {
		if out := rendered(t, format, r, Options{}); strings.Contains(string(out), silent) {
			t.Errorf("%s:\n%s", format, out)
		}
	}
	for format, words := range map[string]string{
		"text": "not seen and not counted: 1 existing", "comment": "<summary>Not seen and not counted: 1 existing</summary>",
		"markdown": "<summary>Not seen and not counted: 1 existing</summary>", "html": "<summary>Not seen and not counted: 1 existing</summary>",
	} {
		if out := rendered(t, format, r, Options{}); !strings.Contains(string(out), words) {
			t.Errorf("%s says nothing of it:\n%s", format, out)
		}
	}
}

func TestFilesLine(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]report.Files{
		"": {},
		"412 files: 37 judged, 12 excluded by .assure.yml:4, 2 not seen, 361 are nothing this gate judges": {FileCounts: report.FileCounts{Judged: 37, Excluded: 12, Gap: 2, OutOfScope: 361}, ExcludedBy: []string{".assure.yml:4"}},
		"1 file: 1 judged": {FileCounts: report.FileCounts{Judged: 1}},
		"3 files: 2 excluded by a:1 and 1 more setting, 1 is nothing this gate judges":   {FileCounts: report.FileCounts{Excluded: 2, OutOfScope: 1}, ExcludedBy: []string{"a:1", "b:2"}},
		"5 files: 2 excluded by a:1 and 2 more settings, 3 are nothing this gate judges": {FileCounts: report.FileCounts{Excluded: 2, OutOfScope: 3}, ExcludedBy: []string{"a:1", "b:2", "c:3"}},
		"1 file: 1 excluded": {FileCounts: report.FileCounts{Excluded: 1}},
	} {
		if got := filesLine(f); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestLedgerFile(t *testing.T) {
	t.Parallel()
	for name, entries := range map[string][]finding.Entry{"ledger.json": rich(verbatim).Ledger, "ledger-empty.json": nil} {
		data, err := renderLedger(entries)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, data)
	}
}

// TestLedgerTable keeps every entry on one line of its own, whatever a file is called.
func TestLedgerTable(t *testing.T) {
	t.Parallel()
	golden(t, "ledger.txt", []byte(LedgerTable(rich(verbatim).Ledger)))
	var entries []finding.Entry
	for _, h := range hostile {
		entries = append(entries, finding.Entry{File: h, Stage: "deps", Fate: finding.FateGap, By: h})
	}
	table := LedgerTable(entries)
	if n := strings.Count(table, "\n"); n != len(hostile) || strings.ContainsAny(table, "\x1b\r\t\v") || strings.Contains(table, "##[") {
		t.Errorf("%d lines:\n%s", n, table)
	}
	for l := range strings.Lines(table) {
		if strings.HasPrefix(strings.TrimLeft(l, " "), "::") {
			t.Errorf("a command: %s", l)
		}
	}
}
