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

// TestSharedGap: people read once what several stages did not see, machines every gap.
func TestSharedGap(t *testing.T) {
	t.Parallel()
	const message = "cannot be read: permission denied"
	r := sharedGaps(message)
	for format, want := range map[string][]string{
		"text":     {"; 2 gaps\n"},
		"lint":     {"compose.yaml:1:1: error " + gap.Unreadable + " " + message + "\n"},
		"markdown": {"; 2 gaps.\n", "| `hardening, images` |", "| `images` | `compose.yaml:1:1` | `is too large`"},
		"comment":  {"; 2 gaps.\n", "| `hardening, images` |", "| `images` | `compose.yaml:1:1` | `is too large`"},
		"html":     {"; 2 gaps</p>", "<td>hardening, images</td>"},
	} {
		out := string(rendered(t, format, r, Options{}))
		for _, w := range append(want, message) {
			if n := strings.Count(out, w); n != 1 {
				t.Errorf("%s says %q %d times:\n%s", format, w, n, out)
			}
		}
		if !strings.Contains(out, "is too large") {
			t.Errorf("%s joins different messages:\n%s", format, out)
		}
	}
	for format, w := range map[string]string{"json": `"message": "` + message, "sarif": `"text": "` + message} {
		if out := string(rendered(t, format, r, Options{})); strings.Count(out, w) != 2 {
			t.Errorf("%s has not every gap:\n%s", format, out)
		}
	}
	if out := string(rendered(t, "json", r, Options{})); !strings.Contains(out, `"gaps": 3`) {
		t.Errorf("report.json does not count every gap:\n%s", out)
	}
}

// sharedGaps is a report whose two stages did not see the same file, one for two reasons.
func sharedGaps(message string) *report.Report {
	unseen := func(stage, message string) report.Gap {
		return report.Gap{Gap: finding.Gap{Rule: gap.Unreadable, Message: message, Location: finding.Top("compose.yaml")}, Stage: stage, Class: report.Introduced, Counts: true}
	}
	r := &report.Report{Verdict: report.Error, Stages: []report.StageRun{{Name: "hardening", State: report.Degraded}, {Name: "images", State: report.Degraded}},
		Gaps: []report.Gap{unseen("hardening", message), unseen("images", message), unseen("images", "is too large")}}
	r.Counts = report.Count(r.Findings, r.Gaps)
	return r
}

func TestDistinct(t *testing.T) {
	t.Parallel()
	at := func(stage string, line int, class report.Class, counts bool) report.Gap {
		return report.Gap{Gap: finding.Gap{Rule: gap.Unreadable, Location: finding.Location{URI: "a", Region: finding.Region{StartLine: line}}}, Stage: stage, Class: class, Counts: counts}
	}
	for name, tc := range map[string]struct{ in, want []report.Gap }{
		"none":           {},
		"shared":         {[]report.Gap{at("a", 1, report.Existing, false), at("b", 1, report.Existing, false), at("c", 1, report.Existing, false)}, []report.Gap{at("a, b, c", 1, report.Existing, false)}},
		"repeated":       {[]report.Gap{at("a", 1, report.Introduced, true), at("a", 1, report.Introduced, true)}, []report.Gap{at("a", 1, report.Introduced, true)}},
		"elsewhere":      {[]report.Gap{at("a", 1, report.Introduced, true), at("b", 2, report.Introduced, true)}, []report.Gap{at("a", 1, report.Introduced, true), at("b", 2, report.Introduced, true)}},
		"worse class":    {[]report.Gap{at("a", 1, report.Existing, true), at("b", 1, report.Introduced, true)}, []report.Gap{at("a, b", 1, report.Introduced, true)}},
		"second counts":  {[]report.Gap{at("a", 1, report.Existing, false), at("b", 1, report.Introduced, true)}, []report.Gap{at("b", 1, report.Introduced, true)}},
		"only the first": {[]report.Gap{at("a", 1, report.Introduced, true), at("b", 1, report.Existing, false)}, []report.Gap{at("a", 1, report.Introduced, true)}},
	} {
		if diff := cmp.Diff(tc.want, distinct(tc.in)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestGapNowhere names the stages of a gap that has no place.
func TestGapNowhere(t *testing.T) {
	t.Parallel()
	for want, stages := range map[string][]string{"stage deps": {"deps"}, "stages deps, images": {"deps", "images"}} {
		var gaps []report.Gap
		for _, s := range stages {
			gaps = append(gaps, report.Gap{Stage: s})
		}
		if got := gapPlace(distinct(gaps)[0]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	for want, counts := range map[string]map[string]int{
		"":                                {},
		"1 compose file, 2 dockerfiles":   {"compose files": 1, "dockerfiles": 2},
		"0 digests, 1 process":            {"digests": 0, "processes": 1},
		"1 signature verified":            {"signatures verified": 1},
		"2 signatures verified":           {"signatures verified": 2},
		"1 exploited vulnerability known": {"exploited vulnerabilities known": 1},
	} {
		if got := coverage(report.StageRun{Set: finding.Set{Coverage: counts}}); got != want {
			t.Errorf("%q, want %q", got, want)
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
