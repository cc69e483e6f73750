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

// changed is a change with moved files, renamed subjects and the lines that it wrote.
type changed struct {
	files, subjects map[string]string
	identical, kept bool
	lines           map[string][]int
	alike           []string
}

func (c changed) File(base string) string {
	if to, ok := c.files[base]; ok {
		return to
	}
	return base
}

func (c changed) Identical(head string) bool {
	for _, to := range c.files {
		if to == head {
			return c.identical
		}
	}
	return false
}

func (c changed) Alike(file string) bool { return slices.Contains(c.alike, file) }

func (c changed) Kept(finding.Gap) bool { return c.kept }

func (c changed) Successor(f finding.Finding) (finding.Finding, bool) {
	file, moved := c.files[f.Location.URI]
	name, renamed := c.subjects[f.Subject]
	if moved {
		f.Location.URI = file
	}
	if renamed {
		f.Subject = name
	}
	return f, moved || renamed
}

func (c changed) Revived(file string, start, end int) bool { return c.Touched(file, start, end) }

func (c changed) Touched(file string, start, end int) bool {
	return slices.ContainsFunc(c.lines[file], func(n int) bool { return start <= n && n <= end })
}

func in(file string, f finding.Finding) finding.Finding {
	f.Location.URI = file
	return f
}

func of(subject string, f finding.Finding) finding.Finding {
	f.Subject = subject
	return f
}

func keyed(key string, f finding.Finding) finding.Finding {
	f.Key = key
	return f
}

// outcome renders classes and what was fixed, in order of places.
func outcome(r *report.Report) string {
	var out []string
	for _, f := range r.Findings {
		was := ""
		if s := f.Properties["was"]; s != "" {
			was = ", was " + s
		}
		out = append(out, fmt.Sprintf("%s:%d %s %s%s", f.Location.URI, f.Location.Region.StartLine, f.Severity, f.Class, was))
	}
	for _, f := range r.Fixed {
		out = append(out, fmt.Sprintf("%s:%d %s fixed", f.Location.URI, f.Location.Region.StartLine, f.Severity))
	}
	return strings.Join(out, "\n")
}

func TestClasses(t *testing.T) {
	t.Parallel()
	high, medium, low := hit("a", finding.High, 3), hit("a", finding.Medium, 3), hit("a", finding.Low, 3)
	at := func(line int, f finding.Finding) finding.Finding {
		f.Location.Region.StartLine, f.Location.Region.EndLine = line, line
		return f
	}
	for name, tt := range map[string]struct {
		base, head []finding.Finding
		change     report.Change
		want       []string
	}{
		"the same":           {[]finding.Finding{high}, []finding.Finding{at(9, high)}, nil, []string{"compose.yaml:9 high existing"}},
		"milder than before": {[]finding.Finding{high}, []finding.Finding{low}, nil, []string{"compose.yaml:3 low existing"}},
		"graver than before": {[]finding.Finding{low}, []finding.Finding{high}, nil, []string{"compose.yaml:3 high introduced, was low"}},
		"the worst of equals is new": {[]finding.Finding{high}, []finding.Finding{at(3, high), at(4, low)}, nil,
			[]string{"compose.yaml:3 high introduced", "compose.yaml:4 low existing"}},
		"as little as possible is new": {[]finding.Finding{high, at(4, low)}, []finding.Finding{at(3, medium), at(4, low)}, nil,
			[]string{"compose.yaml:3 medium existing", "compose.yaml:4 low existing"}},
		"a rise uses up one of the base": {[]finding.Finding{low, at(4, low)}, []finding.Finding{at(3, high)}, nil,
			[]string{"compose.yaml:3 high introduced, was low", "compose.yaml:4 low fixed"}},
		"of equally bad ones the touched is new": {[]finding.Finding{high}, []finding.Finding{at(3, high), at(7, high)}, changed{lines: map[string][]int{"compose.yaml": {3}}},
			[]string{"compose.yaml:3 high introduced", "compose.yaml:7 high existing"}},
		"in a moved file":                   {[]finding.Finding{high}, []finding.Finding{in("new.yaml", high)}, changed{files: map[string]string{"compose.yaml": "new.yaml"}}, []string{"new.yaml:3 high existing"}},
		"in another file":                   {[]finding.Finding{high}, []finding.Finding{in("new.yaml", high)}, changed{}, []string{"new.yaml:3 high introduced", "compose.yaml:3 high fixed"}},
		"graver in a moved file":            {[]finding.Finding{low}, []finding.Finding{in("new.yaml", high)}, changed{files: map[string]string{"compose.yaml": "new.yaml"}}, []string{"new.yaml:3 high introduced, was low"}},
		"a copy beside the moved one":       {[]finding.Finding{high}, []finding.Finding{in("new.yaml", high), in("other.yaml", high)}, changed{files: map[string]string{"compose.yaml": "new.yaml"}}, []string{"new.yaml:3 high existing", "other.yaml:3 high introduced"}},
		"one more in the moved file":        {[]finding.Finding{high}, []finding.Finding{in("new.yaml", high), in("new.yaml", at(5, high))}, changed{files: map[string]string{"compose.yaml": "new.yaml"}}, []string{"new.yaml:3 high existing", "new.yaml:5 high introduced"}},
		"what stays is not moved as well":   {[]finding.Finding{high}, []finding.Finding{high, in("new.yaml", high)}, changed{files: map[string]string{"compose.yaml": "new.yaml"}}, []string{"compose.yaml:3 high existing", "new.yaml:3 high introduced"}},
		"of a renamed service":              {[]finding.Finding{high}, []finding.Finding{of("site", high)}, changed{subjects: map[string]string{"web": "site"}}, []string{"compose.yaml:3 high existing"}},
		"of another service":                {[]finding.Finding{high}, []finding.Finding{of("site", high)}, changed{}, []string{"compose.yaml:3 high introduced", "compose.yaml:3 high fixed"}},
		"another rule in a renamed service": {[]finding.Finding{high}, []finding.Finding{of("site", hit("b", finding.High, 3))}, changed{subjects: map[string]string{"web": "site"}}, []string{"compose.yaml:3 high introduced", "compose.yaml:3 high fixed"}},
	} {
		r := report.Build(report.Input{Now: now, FailOn: "new", Change: tt.change,
			Base: []report.StageRun{ran(report.HasFindings, tt.base...)}, Runs: []report.StageRun{ran(report.HasFindings, tt.head...)}})
		if diff := cmp.Diff(strings.Join(tt.want, "\n"), outcome(r)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestRepairedFiles(t *testing.T) {
	t.Parallel()
	broken := func(rule, file, subject string) report.StageRun {
		run := ran(report.Degraded)
		run.Set.Gaps = []finding.Gap{{Rule: rule, Location: finding.Top(file), Subject: subject, Message: "broken"}}
		return run
	}
	wrote := changed{lines: map[string][]int{"compose.yaml": {3}, "new.yaml": {3}}}
	moved := changed{lines: wrote.lines, files: map[string]string{"old.yaml": "new.yaml"}}
	for name, tt := range map[string]struct {
		base     report.StageRun
		unparsed []string
		change   report.Change
		head     finding.Finding
		want     report.Class
	}{
		"a line that was there":    {broken(gap.NotParsed, "compose.yaml", ""), nil, wrote, hit("a", finding.High, 5), report.Existing},
		"a line that is new":       {broken(gap.NotParsed, "compose.yaml", ""), nil, wrote, hit("a", finding.High, 3), report.Introduced},
		"another file":             {broken(gap.NotParsed, "other.yaml", ""), nil, wrote, hit("a", finding.High, 5), report.Introduced},
		"the service that was bad": {broken(gap.ComposeItem, "compose.yaml", "web"), nil, wrote, hit("a", finding.High, 5), report.Existing},
		"another service":          {broken(gap.ComposeItem, "compose.yaml", "db"), nil, wrote, hit("a", finding.High, 5), report.Introduced},
		"a value from elsewhere":   {broken(gap.UnknownValue, "compose.yaml", ""), nil, wrote, hit("a", finding.High, 5), report.Introduced},
		"looked like nothing":      {ran(report.Passed), []string{"compose.yaml"}, wrote, hit("a", finding.High, 5), report.Existing},
		"repaired and moved":       {broken(gap.NotParsed, "old.yaml", ""), nil, moved, in("new.yaml", hit("a", finding.High, 5)), report.Existing},
		"without a comparison":     {broken(gap.NotParsed, "compose.yaml", ""), nil, nil, hit("a", finding.High, 5), report.Introduced},
	} {
		r := report.Build(report.Input{Now: now, FailOn: "new", Change: tt.change, Unparsed: tt.unparsed,
			Base: []report.StageRun{tt.base}, Runs: []report.StageRun{ran(report.HasFindings, tt.head)}})
		if got := r.Findings[0].Class; got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

func TestGapsOfMovedFiles(t *testing.T) {
	t.Parallel()
	blind := func(file string) report.StageRun {
		run := ran(report.Degraded)
		run.Set.Gaps = []finding.Gap{{Rule: gap.NotParsed, Location: finding.Top(file), Message: "broken"}}
		return run
	}
	for identical, want := range map[bool]report.Verdict{true: report.Pass, false: report.Error} {
		r := report.Build(report.Input{Now: now, FailOn: "new", Change: changed{files: map[string]string{"old.yaml": "new.yaml"}, identical: identical},
			Base: []report.StageRun{blind("old.yaml")}, Runs: []report.StageRun{blind("new.yaml")}})
		if r.Verdict != want || identical == (r.BaselineReason != "") {
			t.Errorf("identical %v: %s, %q", identical, r.Verdict, r.BaselineReason)
		}
	}
}

func TestGapsInEditedFiles(t *testing.T) {
	t.Parallel()
	old := unseen(gap.UnpinnedVersion)
	reworded, final := old, old
	reworded.Message, final.Rule = "another range", gap.NotParsed
	for name, tt := range map[string]struct {
		base, head finding.Gap
		kept       bool
		unchanged  func(string) bool
		want       report.Class
	}{
		"what it is about is the same": {old, old, true, same(), report.Existing},
		"what it is about is not":      {old, old, false, same(), report.Introduced},
		"something else is said":       {old, reworded, true, same(), report.Introduced},
		"the file must be whole":       {final, final, true, same(), report.Introduced},
		"another file decides as well": {old, unseen(gap.UnpinnedVersion, "other.txt"), true, same(), report.Introduced},
		"which is the same":            {old, unseen(gap.UnpinnedVersion, "other.txt"), true, same("other.txt"), report.Existing},
		"and so is its own":            {old, unseen(gap.UnpinnedVersion, "app/requirements.txt"), true, same(), report.Existing},
	} {
		r := report.Build(report.Input{Now: now, FailOn: "new", Unchanged: tt.unchanged, Change: changed{kept: tt.kept},
			Base: []report.StageRun{blind("deps", tt.base)}, Runs: []report.StageRun{blind("deps", tt.head)}})
		if got := r.Gaps[0].Class; got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// TestVersionsInNamesOfImages compares images that were not pinned before either.
func TestVersionsInNamesOfImages(t *testing.T) {
	t.Parallel()
	image := func(rule, name string) finding.Finding {
		f := of(name, hit(rule, finding.High, 3))
		f.Key = "stage 0"
		return f
	}
	for name, tt := range map[string]struct {
		base, head finding.Finding
		want       report.Class
	}{
		"a newer one":    {image("image/unpinned", "gcr.io/static-debian11"), image("image/unpinned", "gcr.io/static-debian12"), report.Existing},
		"another one":    {image("image/unpinned", "gcr.io/static-debian11"), image("image/unpinned", "gcr.io/other-debian12"), report.Introduced},
		"another source": {image("image/unpinned", "gcr.io/static-debian11"), image("image/unpinned", "evil.io/static-debian12"), report.Introduced},
		"another user":   {keyed("stage 1", image("image/unsigned", "gcr.io/a")), image("image/unsigned", "gcr.io/a"), report.Existing},
		"another image":  {keyed("stage 1", image("image/unsigned", "gcr.io/a")), image("image/unsigned", "gcr.io/b"), report.Introduced},
		"another file":   {in("other", image("image/unsigned", "gcr.io/a")), image("image/unsigned", "gcr.io/a"), report.Introduced},
		"another stage":  {of("stage 0", hit("dockerfile/user", finding.High, 3)), of("stage 1", hit("dockerfile/user", finding.High, 3)), report.Existing},
		"another secret": {keyed("A", of("stage 0", hit("dockerfile/secret", finding.High, 3))), keyed("B", of("stage 1", hit("dockerfile/secret", finding.High, 3))), report.Introduced},
		"another rule":   {image("image/unsigned", "gcr.io/static-debian11"), image("image/unsigned", "gcr.io/static-debian12"), report.Introduced},
	} {
		r := report.Build(report.Input{Now: now, FailOn: "new", Base: []report.StageRun{ran(report.HasFindings, tt.base)}, Runs: []report.StageRun{ran(report.HasFindings, tt.head)}})
		if got := r.Findings[0].Class; got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// TestUnusedExceptionsOfTheBase shows that fixing what an exception accepted brings nothing
// that the author of the fix has to answer for.
func TestUnusedExceptionsOfTheBase(t *testing.T) {
	t.Parallel()
	e := config.Exception{Rule: "a", Path: "**", Reason: "r", Owner: "o", Expires: day("2030-01-01"), Location: finding.Top(".assure.yml")}
	inline := e
	inline.Source = config.InlineSource
	for name, tt := range map[string]struct {
		held, base []config.Exception
		was        report.StageRun
		want       report.Class
	}{
		"the change fixed it":        {[]config.Exception{e}, nil, ran(report.HasFindings, hit("a", finding.High, 3)), report.Existing},
		"the base could not be seen": {[]config.Exception{e}, nil, ran(report.Degraded), report.Existing},
		"a comment that was there":   {[]config.Exception{inline}, []config.Exception{inline}, ran(report.HasFindings, hit("a", finding.High, 3)), report.Existing},
		"a comment of the change":    {[]config.Exception{inline}, nil, ran(report.Passed), report.Introduced},
	} {
		r := report.Build(report.Input{Now: now, FailOn: "new", Threshold: config.Threshold{Severity: finding.Low}, ChangeUnderTest: true,
			Exceptions: tt.held, BaseExceptions: tt.base, Base: []report.StageRun{tt.was}, Runs: []report.StageRun{ran(report.Passed)}})
		if len(r.Findings) != 1 || r.Findings[0].Class != tt.want {
			t.Errorf("%s: %s, want %s", name, outcome(r), tt.want)
		}
	}
}
