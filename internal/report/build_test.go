package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func hit(rule string, sev finding.Severity, line int) finding.Finding {
	return finding.Finding{Rule: rule, Severity: sev, Subject: "web", Location: finding.Location{
		URI: "compose.yaml", Region: finding.Region{StartLine: line, StartColumn: 1, EndLine: line, EndColumn: 5},
	}}
}

func day(s string) (d config.Date) {
	if err := d.UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return d
}

func ran(state report.State, findings ...finding.Finding) report.StageRun {
	run := report.StageRun{Name: "hardening", State: state, Set: finding.Set{
		Rules: []finding.Rule{
			{ID: "a", Controls: []string{"C-1"}, Remediation: "fix a"}, {ID: "b", Controls: []string{"C-2"}},
		},
		Judged: map[string]int{"a": 1, "b": 1}, Findings: findings,
	}}
	if state == report.Failed || state == report.Degraded {
		run.Reason = "blind"
	}
	return run
}

func TestVerdict(t *testing.T) {
	high, low := hit("a", finding.High, 3), hit("b", finding.Low, 4)
	exploited := hit("c", finding.Medium, 5)
	exploited.Gate = "known to be exploited"
	atHigh := config.Threshold{Severity: finding.High}
	tests := []struct {
		name    string
		in      report.Input
		verdict report.Verdict
		reasons []string
	}{
		{"nothing_found", report.Input{FailOn: "all", Threshold: atHigh, Runs: []report.StageRun{ran(report.Passed)}}, report.Pass, nil},
		{"below_the_threshold", report.Input{FailOn: "all", Threshold: atHigh, Runs: []report.StageRun{ran(report.HasFindings, low)}}, report.Pass, nil},
		{"at_the_threshold", report.Input{FailOn: "all", Threshold: atHigh, Runs: []report.StageRun{ran(report.HasFindings, high, low)}}, report.Fail,
			[]string{"1 finding at severity high or above"}},
		{"existing_does_not_count_for_new", report.Input{FailOn: "new", Threshold: atHigh, Base: []report.StageRun{ran(report.HasFindings, high)},
			Runs: []report.StageRun{ran(report.HasFindings, high)}}, report.Pass, nil},
		{"a_second_one_counts", report.Input{FailOn: "new", Threshold: atHigh, Base: []report.StageRun{ran(report.HasFindings, high)},
			Runs: []report.StageRun{ran(report.HasFindings, high, hit("a", finding.High, 9))}}, report.Fail, []string{"1 new finding at severity high or above"}},
		{"without_baseline_all_are_new", report.Input{FailOn: "new", Threshold: atHigh, Runs: []report.StageRun{ran(report.HasFindings, high)}}, report.Fail,
			[]string{"1 new finding at severity high or above"}},
		{"fail_on_none", report.Input{FailOn: "none", Threshold: atHigh, Runs: []report.StageRun{ran(report.HasFindings, high)}}, report.Pass, nil},
		{"exploited_fails_whatever_its_severity", report.Input{FailOn: "all", Threshold: atHigh, Runs: []report.StageRun{ran(report.HasFindings, high, low, exploited)}}, report.Fail,
			[]string{"1 finding at severity high or above", "1 finding of lower severity that is exploited or likely to be"}},
		{"exploited_fails_without_a_threshold", report.Input{FailOn: "all", Threshold: config.Threshold{Never: true}, Runs: []report.StageRun{ran(report.HasFindings, exploited)}}, report.Fail,
			[]string{"1 finding of lower severity that is exploited or likely to be"}},
		{"exploited_but_nothing_may_fail", report.Input{FailOn: "none", Threshold: atHigh, Runs: []report.StageRun{ran(report.HasFindings, exploited)}}, report.Pass, nil},
		{"threshold_none", report.Input{FailOn: "all", Threshold: config.Threshold{Never: true}, Runs: []report.StageRun{ran(report.HasFindings, high)}}, report.Pass, nil},
		{"skipped_is_no_error", report.Input{FailOn: "all", Threshold: atHigh, Runs: []report.StageRun{{Name: "dast", State: report.Skipped}}}, report.Pass, nil},
		{"degraded_outweighs_findings", report.Input{FailOn: "all", Threshold: atHigh, Runs: []report.StageRun{ran(report.Degraded, high)}}, report.Error,
			[]string{"stage hardening: degraded: blind", "1 finding at severity high or above"}},
		{"error_even_when_nothing_may_fail", report.Input{FailOn: "none", Threshold: atHigh, Runs: []report.StageRun{ran(report.Failed)}}, report.Error,
			[]string{"stage hardening: error: blind"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Now = now
			r := report.Build(tt.in)
			if r.Verdict != tt.verdict {
				t.Errorf("verdict %s, want %s", r.Verdict, tt.verdict)
			}
			if diff := cmp.Diff(tt.reasons, r.Reasons); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
		})
	}
	for v, code := range map[report.Verdict]int{report.Pass: 0, report.Fail: 1, report.Error: 2, "": 2} {
		if v.ExitCode() != code {
			t.Errorf("exit code of %q is %d, want %d", v, v.ExitCode(), code)
		}
	}
}

func TestExceptions(t *testing.T) {
	at := hit("a", finding.Critical, 3)
	at.Alias = "stage 1"
	base := config.Exception{Rule: "a", Path: "compose.yaml", Reason: "r", Owner: "o", Expires: day("2026-11-23"), Location: finding.Top(".assure.yml")}
	with := func(change func(*config.Exception)) config.Exception {
		e := base
		change(&e)
		return e
	}
	tests := []struct {
		name      string
		exception config.Exception
		state     report.State
		accepted  bool
		rules     string // of the findings about exceptions
	}{
		{"holds_on_its_last_day", base, report.HasFindings, true, ""},
		{"expired", with(func(e *config.Exception) { e.Expires = day("2026-11-22") }), report.HasFindings, false, "assure/exception-expired"},
		{"other_rule", with(func(e *config.Exception) { e.Rule = "b" }), report.HasFindings, false, "assure/exception-unused"},
		{"other_path", with(func(e *config.Exception) { e.Path = "deploy/**" }), report.HasFindings, false, "assure/exception-unused"},
		{"glob_path", with(func(e *config.Exception) { e.Path = "**/*.yaml" }), report.HasFindings, true, ""},
		{"subject", with(func(e *config.Exception) { e.Subject = "web" }), report.HasFindings, true, ""},
		{"alias", with(func(e *config.Exception) { e.Subject = "stage *" }), report.HasFindings, true, ""},
		{"other_subject", with(func(e *config.Exception) { e.Subject = "db" }), report.HasFindings, false, "assure/exception-unused"},
		{"unused_is_unknown_when_a_stage_was_blind", with(func(e *config.Exception) { e.Rule = "b" }), report.Degraded, false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := report.Build(report.Input{Now: now, FailOn: "all", Exceptions: []config.Exception{tt.exception},
				Runs: []report.StageRun{ran(tt.state, at)}})
			var about []string
			for _, f := range r.Findings {
				if f.Rule == "a" && (f.Exception != nil) != tt.accepted {
					t.Errorf("accepted: %v, want %v", f.Exception != nil, tt.accepted)
				}
				if f.Rule == "a" && f.Gates == tt.accepted {
					t.Errorf("gates: %v", f.Gates)
				}
				if strings.HasPrefix(f.Rule, "assure/") {
					about = append(about, f.Rule)
				}
			}
			if got := strings.Join(about, " "); got != tt.rules {
				t.Errorf("findings about exceptions: %q, want %q", got, tt.rules)
			}
		})
	}
}

func TestPartialRunsJudgeNoExceptionUnused(t *testing.T) {
	e := config.Exception{Rule: "b", Path: "**", Expires: day("2030-01-01")}
	for _, partial := range []bool{false, true} {
		r := report.Build(report.Input{Now: now, FailOn: "all", Partial: partial, Exceptions: []config.Exception{e}, Runs: []report.StageRun{ran(report.Passed)}})
		if got := len(r.Exceptions.Unused) == 0; got != partial {
			t.Errorf("partial %v: unused %v", partial, r.Exceptions.Unused)
		}
	}
}

func TestPendingExceptionsAreShownNotApplied(t *testing.T) {
	e := config.Exception{Rule: "a", Path: "**", Expires: day("2030-01-01")}
	r := report.Build(report.Input{Now: now, FailOn: "all", Pending: []config.Exception{e}, Runs: []report.StageRun{ran(report.HasFindings, hit("a", finding.High, 1))}})
	if r.Findings[0].Exception != nil || len(r.Exceptions.Pending) != 1 || r.Verdict != report.Fail {
		t.Errorf("a pending exception was applied: %+v", r)
	}
}

func TestControls(t *testing.T) {
	controls := []finding.Control{
		{ID: "C-1"}, {ID: "C-2"}, {ID: "C-3", Assessed: []string{"host", "probe"}}, {ID: "C-4"},
	}
	run := ran(report.HasFindings, hit("a", finding.High, 1))
	run.Set.Rules = append(run.Set.Rules, finding.Rule{ID: "k", Controls: []string{"C-4"}})
	states := func(run report.StageRun) (out []string) {
		for _, c := range report.Build(report.Input{Now: now, Controls: controls, Runs: []report.StageRun{run}}).Controls {
			out = append(out, strings.TrimSpace(c.ID+" "+string(c.State)+" "+c.Reason))
		}
		return out
	}
	if diff := cmp.Diff([]string{
		"C-1 not-satisfied", "C-2 satisfied",
		"C-3 not-assessed needs an answer from the host itself or a live stack",
		"C-4 not-assessed nothing in this repository to judge it by",
	}, states(run)); diff != "" {
		t.Errorf("controls (-want +got):\n%s", diff)
	}
	run.State = report.Degraded
	if diff := cmp.Diff("C-2 not-assessed stage hardening: degraded", states(run)[1]); diff != "" {
		t.Errorf("a blind stage satisfied a control (-want +got):\n%s", diff)
	}
}

func TestFixed(t *testing.T) {
	gone, moved := hit("a", finding.High, 3), hit("b", finding.Low, 7)
	base := []report.StageRun{ran(report.HasFindings, gone, moved, moved)}
	for state, want := range map[report.State]int{report.HasFindings: 1, report.Degraded: 0, report.Failed: 0, report.Skipped: 0} {
		r := report.Build(report.Input{Now: now, FailOn: "all", Base: base, Runs: []report.StageRun{ran(state, hit("b", finding.Low, 9))}})
		if len(r.Fixed) != want || want == 1 && (r.Fixed[0].Rule != "a" || r.Fixed[0].Class != report.Fixed) {
			t.Errorf("%s: fixed %+v", state, r.Fixed)
		}
		if r.Findings[0].Class != report.Existing {
			t.Errorf("%s: a moved finding is %s", state, r.Findings[0].Class)
		}
	}
}

func TestOrderMergeAndCounts(t *testing.T) {
	a, b := hit("a", finding.High, 9), hit("b", finding.Low, 2)
	r := report.Build(report.Input{Now: now, FailOn: "all", Base: []report.StageRun{ran(report.HasFindings, b)}, Runs: []report.StageRun{ran(report.HasFindings, a, b, a)}})
	var got []string
	for _, f := range r.Findings {
		got = append(got, f.Rule+" "+string(f.Class)+" "+f.Remediation)
	}
	if diff := cmp.Diff([]string{"b existing ", "a introduced fix a"}, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(report.Counts{High: 1, Low: 1, Introduced: 1}, r.Counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

// TestNewlyDisclosed tells what became known after the base commit from what a change
// introduces: the former does not fail a change.
func TestNewlyDisclosed(t *testing.T) {
	advisory := func(published string) finding.Finding {
		f := hit("a", finding.High, 3)
		f.Properties = map[string]string{"published": published}
		return f
	}
	base := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		head, base []finding.Finding
		at         time.Time
		class      report.Class
		verdict    report.Verdict
	}{
		"known":          {[]finding.Finding{advisory("2026-10-30T00:00:00Z")}, []finding.Finding{advisory("2026-10-30T00:00:00Z")}, base, report.Existing, report.Pass},
		"disclosed":      {[]finding.Finding{advisory("2026-11-20T00:00:00Z")}, []finding.Finding{advisory("2026-11-20T00:00:00Z")}, base, report.NewlyDisclosed, report.Pass},
		"brought":        {[]finding.Finding{advisory("2026-11-20T00:00:00Z")}, nil, base, report.Introduced, report.Fail},
		"no commit time": {[]finding.Finding{advisory("2026-11-20T00:00:00Z")}, []finding.Finding{advisory("2026-11-20T00:00:00Z")}, time.Time{}, report.Existing, report.Pass},
		"no date":        {[]finding.Finding{advisory("")}, []finding.Finding{advisory("")}, base, report.Existing, report.Pass},
	} {
		r := report.Build(report.Input{
			Now: now, FailOn: "new", Threshold: config.Threshold{Severity: finding.High}, BaseTime: tt.at,
			Base: []report.StageRun{ran(report.HasFindings, tt.base...)}, Runs: []report.StageRun{ran(report.HasFindings, tt.head...)},
		})
		if r.Findings[0].Class != tt.class || r.Verdict != tt.verdict {
			t.Errorf("%s: class %s, verdict %s; want %s, %s", name, r.Findings[0].Class, r.Verdict, tt.class, tt.verdict)
		}
	}
}
