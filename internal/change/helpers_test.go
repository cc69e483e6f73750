package change_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stella-ops/assure/internal/change"
	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage"
	"github.com/stella-ops/assure/internal/stage/hardening"
	"github.com/stella-ops/assure/policies"
)

// files are the content of a repository by name.
type files map[string]string

func planOf(t testing.TB, repo files) *plan.Plan {
	t.Helper()
	dir := t.TempDir()
	for name, text := range repo {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	p, err := discover.Build(t.Context(), tree, config.Default(), plan.Event{Name: "local"}, source.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var engine = sync.OnceValues(func() (*policy.Engine, error) {
	e, err := policy.Load(policies.FS, nil, "guide")
	if err == nil {
		e.Now = time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)
	}
	return e, err
})

// judged runs the hardening rules on a plan, those about the repository as a whole aside.
func judged(t testing.TB, p *plan.Plan) []report.StageRun {
	t.Helper()
	e, err := engine()
	if err != nil {
		t.Fatal(err)
	}
	runs := stage.Run(t.Context(), []stage.Stage{hardening.New(e, config.Hardening{Profile: "guide"}).WithoutFixes()}, p,
		stage.Options{Timeout: time.Minute, Skip: func(string) string { return "" }})
	for i := range runs {
		runs[i].Set.Findings = slices.DeleteFunc(runs[i].Set.Findings, func(f finding.Finding) bool { return strings.HasPrefix(f.Rule, "config/") })
	}
	return runs
}

func standing(runs []report.StageRun) (names []string) {
	for _, run := range runs {
		for _, f := range run.Set.Findings {
			names = append(names, f.Location.URI)
		}
		for _, g := range run.Set.Gaps {
			names = append(names, g.Location.URI)
		}
	}
	return names
}

// compared is the report on a change from one repository to another.
func compared(t testing.TB, base, head files) *report.Report {
	t.Helper()
	before, after := planOf(t, base), planOf(t, head)
	was, is := judged(t, before), judged(t, after)
	return report.Build(report.Input{
		Now: time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC), FailOn: "new", Threshold: config.Threshold{Severity: finding.High},
		Runs: is, Base: was, ChangeUnderTest: true,
		Change: change.Between(change.Side{Plan: before, Files: standing(was)}, change.Side{Plan: after, Files: standing(is)}),
	})
}

// introduced names what a change brings: rule and subject of each finding.
func introduced(r *report.Report) (out []string) {
	for _, f := range r.Findings {
		if f.Class == report.Introduced {
			out = append(out, f.Rule+" "+f.Subject)
		}
	}
	return out
}
