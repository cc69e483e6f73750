package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/report"
)

// TestLedger pins which word about a file outweighs which.
func TestLedger(t *testing.T) {
	t.Parallel()
	deps := blind("deps", finding.Gap{Rule: gap.NoVersion, Location: finding.Top("gap.txt"), Message: "no version", Depends: []string{"plain.txt"}},
		finding.Gap{Rule: gap.RenderFailed, Location: finding.Location{URI: "chart/"}, Message: "cannot be rendered"}, finding.Gap{Message: "nowhere"})
	deps.Set.Seen = map[string]string{"gap.txt": "3 packages", "seen.txt": "2 packages", "excluded-but-seen.txt": "1 package", "chart/a/b.yaml": "1 rule"}
	images := report.StageRun{Name: "images", State: report.NothingToCheck}
	r := report.Build(report.Input{
		Now: now, FailOn: "all", Runs: []report.StageRun{deps, images, {Name: "dast", State: report.Skipped}},
		Files:      []string{"seen.txt", "gap.txt", "plain.txt", "known.txt", "chart/a/b.yaml", "chartless", "chart"},
		Excluded:   map[string]string{"excluded.txt": "exclude, .assure.yml:4:5", "excluded-but-seen.txt": "exclude, .assure.yml:4:5", "gap.txt": "x"},
		OutOfScope: map[string]string{"known.txt": "a picture", "seen.txt": "x", "excluded.txt": "x"},
	})
	want := []string{
		"deps chart out-of-scope nothing this stage judges",
		"deps chart/a/b.yaml gap gap/not-rendered: cannot be rendered",
		"deps chartless out-of-scope nothing this stage judges",
		"deps excluded-but-seen.txt judged 1 package",
		"deps excluded.txt excluded exclude, .assure.yml:4:5",
		"deps gap.txt gap gap/no-version: no version",
		"deps known.txt out-of-scope a picture",
		"deps plain.txt out-of-scope nothing this stage judges",
		"deps seen.txt judged 2 packages",
	}
	var got []string
	for _, e := range r.Ledger[:len(want)] {
		got = append(got, fmt.Sprintf("%s %s %s %s", e.Stage, e.File, e.Fate, e.By))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
	if len(r.Ledger) != 2*len(want) || r.Ledger[len(want)].Stage != "images" {
		t.Errorf("%d entries", len(r.Ledger))
	}
	if diff := cmp.Diff(report.FileCounts{Judged: 2, Excluded: 1, Gap: 2, OutOfScope: 4}, r.Stages[0].Files); diff != "" {
		t.Errorf("deps:\n%s", diff)
	}
	if diff := cmp.Diff(report.FileCounts{Excluded: 3, OutOfScope: 6}, r.Stages[1].Files); diff != "" {
		t.Errorf("images:\n%s", diff)
	}
	if diff := cmp.Diff(report.Files{FileCounts: report.FileCounts{Judged: 2, Excluded: 1, Gap: 2, OutOfScope: 4}, ExcludedBy: []string{"exclude, .assure.yml:4:5"}}, r.Files); diff != "" {
		t.Errorf("files:\n%s", diff)
	}
}

// TestNothingToCheckNeedsProof believes it only of a stage that judged no file.
func TestNothingToCheckNeedsProof(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		set  finding.Set
		want report.State
	}{
		"nothing":       {finding.Set{}, report.NothingToCheck},
		"a file judged": {finding.Set{Seen: map[string]string{"a": "1 rule"}}, report.Passed},
	} {
		r := report.Build(report.Input{Now: now, FailOn: "all", Files: []string{"a", "b"}, Runs: []report.StageRun{{Name: "hardening", State: report.NothingToCheck, Set: tt.set}}})
		if r.Stages[0].State != tt.want {
			t.Errorf("%s: %s", name, r.Stages[0].State)
		}
	}
}

// TestLedgerOfAFailedStage does not call out of scope what nobody looked at.
func TestLedgerOfAFailedStage(t *testing.T) {
	t.Parallel()
	judged := report.StageRun{Name: "deps", State: report.Passed, Set: finding.Set{Seen: map[string]string{"a": "1 package"}, Coverage: map[string]int{"x": 1}}}
	r := report.Build(report.Input{Now: now, FailOn: "all", Files: []string{"a", "b"}, OutOfScope: map[string]string{"c": "x"},
		Runs: []report.StageRun{judged, {Name: "dast", State: report.Failed, Reason: "broke"}}})
	if diff := cmp.Diff(report.FileCounts{Gap: 2}, r.Stages[1].Files); diff != "" {
		t.Errorf("dast:\n%s", diff)
	}
	if diff := cmp.Diff(report.FileCounts{Judged: 1, Gap: 1}, r.Files.FileCounts); diff != "" {
		t.Errorf("files:\n%s", diff)
	}
}

func TestNoLedgerWithoutFiles(t *testing.T) {
	t.Parallel()
	r := report.Build(report.Input{Now: now, FailOn: "all", Runs: []report.StageRun{blind("deps", unseen(gap.NoVersion))}})
	if r.Ledger != nil || r.Files.Total() != 0 {
		t.Errorf("ledger %v, files %+v", r.Ledger, r.Files)
	}
}

// BenchmarkLedger keeps the ledger of a large repository: 100,000 files, four stages, ten
// thousand gaps in files and directories of some depth.
func BenchmarkLedger(b *testing.B) {
	in := report.Input{Now: now, FailOn: "all", Excluded: map[string]string{}}
	var runs []report.StageRun
	for _, name := range []string{"deps", "hardening", "images", "dast"} {
		runs = append(runs, report.StageRun{Name: name, State: report.Degraded, Set: finding.Set{Seen: map[string]string{}}})
	}
	deep := strings.Repeat("d/", 40)
	for i := range 100_000 {
		file := fmt.Sprintf("%s%d/%d.yaml", deep, i%100, i)
		in.Files = append(in.Files, file)
		switch i % 10 {
		case 0:
			runs[0].Set.Gaps = append(runs[0].Set.Gaps, finding.Gap{Rule: gap.NoVersion, Location: finding.Top(file), Message: "m"})
		case 1:
			runs[1].Set.Seen[file] = "12 rules"
		case 2:
			in.Excluded[file] = "exclude, .assure.yml:4:5"
		}
	}
	for i := range 40 {
		runs[2].Set.Gaps = append(runs[2].Set.Gaps, finding.Gap{Rule: gap.RenderFailed, Location: finding.Location{URI: deep[:2*i+2] + "x/"}, Message: "m"})
	}
	in.Runs = runs
	for b.Loop() {
		report.Build(in)
	}
}

// A stage that broke off leaves a gap in what it was to judge, and in nothing else.
func TestLedgerOfABrokenStage(t *testing.T) {
	in := report.Input{
		Runs: []report.StageRun{{Name: "deps", State: report.Failed}}, Files: []string{"README.md", "go.mod"},
		Meant: map[string]map[string]string{"deps": {"go.mod": ""}},
	}
	var got []finding.Fate
	for _, e := range report.Build(in).Ledger {
		got = append(got, e.Fate)
	}
	if diff := cmp.Diff([]finding.Fate{finding.FateOutOfScope, finding.FateGap}, got); diff != "" {
		t.Error(diff)
	}
}
