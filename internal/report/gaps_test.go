package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/report"
)

// unseen is a gap in line 3 of a lock file.
func unseen(rule string, depends ...string) finding.Gap {
	return finding.Gap{Rule: rule, Subject: "pkg:pypi/a", Message: "not seen", Depends: depends, Location: finding.Location{
		URI: "app/requirements.txt", Region: finding.Region{StartLine: 3, StartColumn: 1, EndLine: 3, EndColumn: 5},
	}}
}

func blind(name string, gaps ...finding.Gap) report.StageRun {
	set := finding.Set{Gaps: gaps, Coverage: map[string]int{"lock files": 1}}
	state, reason := report.StateOf(set, gaps)
	return report.StageRun{Name: name, State: state, Reason: reason, Set: set}
}

func same(files ...string) func(string) bool {
	return func(file string) bool { return slices.Contains(files, file) }
}

// TestGapClass has a case for every clause under which a gap is older than the change.
func TestGapClass(t *testing.T) {
	t.Parallel()
	const file = "app/requirements.txt"
	old := unseen(gap.NoVersion)
	moved := old
	moved.Location.Region.StartLine = 9
	nowhere := old
	nowhere.Location = finding.Location{}
	other := old
	other.Subject = "pkg:pypi/b"
	dir := old
	dir.Location = finding.Location{URI: "charts/app/"}
	for name, tt := range map[string]struct {
		head, base []finding.Gap
		unchanged  func(string) bool
		want       string
	}{
		"all the same":                {[]finding.Gap{old}, []finding.Gap{old}, same(file), "existing"},
		"no base":                     {[]finding.Gap{old}, nil, same(file), "introduced"},
		"not in the base":             {[]finding.Gap{old}, []finding.Gap{other}, same(file), "introduced"},
		"another kind in the base":    {[]finding.Gap{old}, []finding.Gap{unseen(gap.GitSource)}, same(file), "introduced"},
		"the file differs":            {[]finding.Gap{old}, []finding.Gap{old}, same("other"), "introduced"},
		"nothing known of files":      {[]finding.Gap{old}, []finding.Gap{old}, nil, "introduced"},
		"stands nowhere":              {[]finding.Gap{nowhere}, []finding.Gap{nowhere}, same("", file), "introduced"},
		"a directory":                 {[]finding.Gap{dir}, []finding.Gap{dir}, same("charts/app/"), "existing"},
		"what it depends on":          {[]finding.Gap{unseen(gap.NoVersion, "a", "b/")}, []finding.Gap{old}, same(file, "a", "b/"), "existing"},
		"what it depends on differs":  {[]finding.Gap{unseen(gap.NoVersion, "a", "b/")}, []finding.Gap{old}, same(file, "a"), "introduced"},
		"data decides":                {[]finding.Gap{unseen(gap.NoAdvisories)}, []finding.Gap{unseen(gap.NoAdvisories)}, same(file), "introduced"},
		"network decides":             {[]finding.Gap{unseen(gap.ImageNotScanned)}, []finding.Gap{unseen(gap.ImageNotScanned)}, same(file), "introduced"},
		"of no kind":                  {[]finding.Gap{unseen("")}, []finding.Gap{unseen("")}, same(file), "introduced"},
		"of an unknown kind":          {[]finding.Gap{unseen("gap/new")}, []finding.Gap{unseen("gap/new")}, same(file), "introduced"},
		"a final kind can be old":     {[]finding.Gap{unseen(gap.NotParsed)}, []finding.Gap{unseen(gap.NotParsed)}, same(file), "existing"},
		"two where there was one":     {[]finding.Gap{old, moved}, []finding.Gap{old}, same(file), "existing introduced"},
		"two where there were two":    {[]finding.Gap{old, moved}, []finding.Gap{old, moved}, same(file), "existing existing"},
		"repeats count once":          {[]finding.Gap{old, old}, []finding.Gap{old}, same(file), "existing"},
		"repeats in the base as well": {[]finding.Gap{old, moved}, []finding.Gap{old, old}, same(file), "existing introduced"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := report.Input{Now: now, FailOn: "new", Runs: []report.StageRun{blind("deps", tt.head...)}, Unchanged: tt.unchanged}
			if tt.base != nil {
				in.Base = []report.StageRun{blind("hardening"), blind("deps", tt.base...)}
			}
			var got []string
			for _, g := range report.Build(in).Gaps {
				got = append(got, string(g.Class))
				if g.Counts != (g.Class == report.Introduced) {
					t.Errorf("%s counts: %v", g.Class, g.Counts)
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestGapsAndVerdict says what gaps do to the stage, the reasons and the verdict.
func TestGapsAndVerdict(t *testing.T) {
	t.Parallel()
	old, fresh := unseen(gap.NoVersion), unseen(gap.GitSource)
	high := hit("a", finding.High, 3)
	with := func(run report.StageRun, findings ...finding.Finding) report.StageRun {
		run.Set.Findings = findings
		return run
	}
	base := []report.StageRun{blind("deps", old)}
	for name, tt := range map[string]struct {
		in      report.Input
		verdict report.Verdict
		state   report.State
		counts  int
		reasons []string
	}{
		"existing on a change":          {report.Input{FailOn: "new", Base: base, Runs: []report.StageRun{blind("deps", old)}}, report.Pass, report.Passed, 0, nil},
		"existing with findings":        {report.Input{FailOn: "new", Base: base, Runs: []report.StageRun{with(blind("deps", old), high)}}, report.Fail, report.HasFindings, 0, []string{"1 new finding at severity high or above"}},
		"existing and introduced":       {report.Input{FailOn: "new", Base: base, Runs: []report.StageRun{blind("deps", old, fresh)}}, report.Error, report.Degraded, 1, []string{"stage deps: degraded: app/requirements.txt:3:1: not seen"}},
		"two introduced":                {report.Input{FailOn: "new", Runs: []report.StageRun{blind("deps", old, fresh)}}, report.Error, report.Degraded, 2, []string{"stage deps: degraded: app/requirements.txt:3:1: not seen (and 1 more)"}},
		"existing on a push":            {report.Input{FailOn: "all", Base: base, Runs: []report.StageRun{blind("deps", old)}}, report.Error, report.Degraded, 1, []string{"stage deps: degraded: app/requirements.txt:3:1: not seen"}},
		"existing where nothing fails":  {report.Input{FailOn: "none", Base: base, Runs: []report.StageRun{blind("deps", old)}}, report.Error, report.Degraded, 1, []string{"stage deps: degraded: app/requirements.txt:3:1: not seen"}},
		"and on a change":               {report.Input{FailOn: "none", ChangeUnderTest: true, Base: base, Runs: []report.StageRun{blind("deps", old)}}, report.Pass, report.Passed, 0, nil},
		"both reasons":                  {report.Input{FailOn: "new", Base: base, Runs: []report.StageRun{with(blind("deps", fresh), high)}}, report.Error, report.Degraded, 1, []string{"stage deps: degraded: app/requirements.txt:3:1: not seen", "1 new finding at severity high or above"}},
		"an error stays an error":       {report.Input{FailOn: "new", Base: base, Runs: []report.StageRun{{Name: "deps", State: report.Failed, Reason: "broke", Set: finding.Set{Gaps: []finding.Gap{old}}}}}, report.Error, report.Failed, 0, []string{"stage deps: error: broke"}},
		"an existing gap checks no one": {report.Input{FailOn: "new", Base: base, Runs: []report.StageRun{{Name: "deps", State: report.Degraded, Set: finding.Set{Gaps: []finding.Gap{old}}}}}, report.Pass, report.Passed, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.in.Now, tt.in.Threshold, tt.in.Unchanged = now, config.Threshold{Severity: finding.High}, same("app/requirements.txt")
			r := report.Build(tt.in)
			if r.Verdict != tt.verdict || r.Stages[0].State != tt.state || r.Counts.Gaps != tt.counts {
				t.Errorf("verdict %s, state %s, %d count", r.Verdict, r.Stages[0].State, r.Counts.Gaps)
			}
			if diff := cmp.Diff(tt.reasons, r.Reasons); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAcceptedGaps accepts gaps by exceptions of every source.
func TestAcceptedGaps(t *testing.T) {
	t.Parallel()
	base := config.Exception{Rule: gap.NoVersion, Path: "app/**", Reason: "r", Owner: "o", Expires: day("2027-01-31"), Location: finding.Top(".assure.yml")}
	with := func(change func(*config.Exception)) config.Exception {
		e := base
		change(&e)
		return e
	}
	comment := func(from, to int) config.Exception {
		return with(func(e *config.Exception) {
			e.Source, e.Path, e.Lines = config.InlineSource, "app/requirements.txt", config.Lines{From: from, To: to}
		})
	}
	g := unseen(gap.NoVersion)
	whole := g
	whole.Location.Region = finding.Region{}
	dir := g
	dir.Location = finding.Location{URI: "app/chart/"}
	for name, tt := range map[string]struct {
		gap       finding.Gap
		exception config.Exception
		accepted  bool
		fate      string // of the exception
	}{
		"configuration":          {g, base, true, "used"},
		"last day":               {g, with(func(e *config.Exception) { e.Expires = day("2026-11-23") }), true, "used"},
		"expired":                {g, with(func(e *config.Exception) { e.Expires = day("2026-11-22") }), false, "expired"},
		"subject":                {g, with(func(e *config.Exception) { e.Subject = "pkg:pypi/*" }), true, "used"},
		"other subject":          {g, with(func(e *config.Exception) { e.Subject = "pkg:npm/*" }), false, ""},
		"other kind":             {g, with(func(e *config.Exception) { e.Rule = gap.GitSource }), false, ""},
		"other path":             {g, with(func(e *config.Exception) { e.Path = "web/**" }), false, ""},
		"directory":              {dir, base, true, "used"},
		"comment":                {g, comment(3, 3), true, "used"},
		"comment on another":     {g, comment(4, 4), false, ""},
		"comment at the head":    {whole, comment(1, 2), true, "used"},
		"comment below the head": {whole, comment(2, 2), false, ""},
		"another tool's file":    {g, with(func(e *config.Exception) { e.Source = ".trivyignore" }), false, ""},
		"final":                  {unseen(gap.NotParsed), with(func(e *config.Exception) { e.Rule = gap.NotParsed }), false, ""},
		"no kind":                {unseen(""), with(func(e *config.Exception) { e.Rule = "" }), false, ""},
		"unknown kind":           {unseen("gap/new"), with(func(e *config.Exception) { e.Rule = "gap/new" }), false, ""},
		"network":                {unseen(gap.ImageNotScanned), with(func(e *config.Exception) { e.Rule = gap.ImageNotScanned }), true, "used"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := report.Build(report.Input{Now: now, FailOn: "all", Threshold: config.Threshold{Severity: finding.High},
				Exceptions: []config.Exception{tt.exception}, Runs: []report.StageRun{blind("deps", tt.gap)}})
			if got := r.Gaps[0].Exception != nil; got != tt.accepted || r.Gaps[0].Counts == tt.accepted {
				t.Errorf("accepted %v, counts %v", got, r.Gaps[0].Counts)
			}
			if want := map[bool]report.State{true: report.Passed, false: report.Degraded}[tt.accepted]; r.Stages[0].State != want {
				t.Errorf("state %s, want %s", r.Stages[0].State, want)
			}
			if want := map[bool]report.Verdict{true: report.Pass, false: report.Error}[tt.accepted]; r.Verdict != want {
				t.Errorf("verdict %s, want %s", r.Verdict, want)
			}
			if got := fates(r.Exceptions); got != tt.fate {
				t.Errorf("the exception is %q, want %q", got, tt.fate)
			}
		})
	}
}

// fates names the kinds of exceptions that there are.
func fates(e report.Exceptions) string {
	var out []string
	for name, list := range map[string][]config.Exception{"used": e.Used, "expired": e.Expired, "unused": e.Unused, "pending": e.Pending} {
		if len(list) > 0 {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestUnusedGapException(t *testing.T) {
	t.Parallel()
	e := config.Exception{Rule: gap.NoVersion, Path: "**", Reason: "r", Owner: "o", Expires: day("2027-01-31")}
	other := e
	other.Rule = gap.GitSource
	r := report.Build(report.Input{Now: now, FailOn: "all", Exceptions: []config.Exception{e, other}, Runs: []report.StageRun{blind("deps", unseen(gap.NoVersion))}})
	if len(r.Exceptions.Used) != 1 || len(r.Exceptions.Unused) != 1 || r.Exceptions.Unused[0].Rule != gap.GitSource {
		t.Errorf("exceptions %+v", r.Exceptions)
	}
}

// TestPendingGapExceptions holds back what a change accepts for itself.
func TestPendingGapExceptions(t *testing.T) {
	t.Parallel()
	g := unseen(gap.NoVersion)
	e := config.Exception{Rule: gap.NoVersion, Path: "app/requirements.txt", Reason: "r", Owner: "o", Expires: day("2027-01-31")}
	inline := e
	inline.Source, inline.Lines = config.InlineSource, config.Lines{From: 3, To: 3}
	for name, tt := range map[string]struct {
		in   report.Input
		fate string
	}{
		"configuration of the change": {report.Input{Pending: []config.Exception{e}}, "pending"},
		"comment of the change":       {report.Input{Exceptions: []config.Exception{inline}}, "pending"},
		"comment of the base for another": {report.Input{Exceptions: []config.Exception{inline}, BaseExceptions: []config.Exception{inline},
			Base: []report.StageRun{blind("deps", unseen(gap.GitSource))}}, "pending"},
		"comment of the base": {report.Input{Exceptions: []config.Exception{inline}, BaseExceptions: []config.Exception{inline},
			Base: []report.StageRun{blind("deps", g)}}, "used"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.in.Now, tt.in.FailOn, tt.in.ChangeUnderTest, tt.in.Runs = now, "new", true, []report.StageRun{blind("deps", g)}
			r := report.Build(tt.in)
			if got := fates(r.Exceptions); got != tt.fate || r.Gaps[0].Counts != (tt.fate == "pending") {
				t.Errorf("%s, counts %v", got, r.Gaps[0].Counts)
			}
		})
	}
}

// TestGapsHideFixes calls nothing fixed that an accepted gap may hide, but what the base
// commit did not see either hides nothing.
func TestGapsHideFixes(t *testing.T) {
	t.Parallel()
	g := unseen(gap.NoVersion)
	e := config.Exception{Rule: gap.NoVersion, Path: "**", Reason: "r", Owner: "o", Expires: day("2027-01-31")}
	base := blind("deps", g)
	base.Set.Findings = []finding.Finding{hit("a", finding.High, 1)}
	for name, tt := range map[string]struct {
		in    report.Input
		fixed int
	}{
		"existing": {report.Input{Unchanged: same("app/requirements.txt")}, 1},
		"accepted": {report.Input{Exceptions: []config.Exception{e}}, 0},
		"counting": {report.Input{}, 0},
	} {
		tt.in.Now, tt.in.FailOn, tt.in.Base, tt.in.Runs = now, "new", []report.StageRun{base}, []report.StageRun{blind("deps", g)}
		r := report.Build(tt.in)
		if len(r.Fixed) != tt.fixed {
			t.Errorf("%s: %d fixed", name, len(r.Fixed))
		}
		if (r.BaselineReason == "") != (name == "existing") {
			t.Errorf("%s: baseline %q", name, r.BaselineReason)
		}
	}
}

func TestGapsAreSortedAndExplained(t *testing.T) {
	t.Parallel()
	at := func(uri, rule string) finding.Gap {
		return finding.Gap{Rule: rule, Location: finding.Top(uri), Message: "m"}
	}
	r := report.Build(report.Input{Now: now, FailOn: "all", Runs: []report.StageRun{
		blind("deps", at("b", gap.NoVersion), at("a", gap.NoVersion)), blind("hardening", at("a", gap.MissingFile), finding.Gap{Message: "m", Remediation: "own"}),
	}})
	var got []string
	for _, g := range r.Gaps {
		got = append(got, fmt.Sprintf("%s %s %s %v", g.Location.URI, g.Rule, g.Stage, g.Remediation != ""))
	}
	want := []string{"  hardening true", "a gap/missing-file hardening true", "a gap/no-version deps true", "b gap/no-version deps true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
	if !slices.ContainsFunc(r.Rules, func(rule finding.Rule) bool { return rule.ID == gap.NoVersion }) {
		t.Error("the kinds of gaps are not among the rules")
	}
}
