package ledger

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/report"
)

func TestBroken(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{Unparsed: []plan.Problem{
		{Stages: []string{"hardening"}, Gap: finding.Gap{Location: finding.Top("was-judged.yaml"), Message: "does not parse"}},
		{Stages: []string{"hardening"}, Gap: finding.Gap{Location: finding.Top("never-judged.yaml"), Message: "does not parse"}},
	}}
	judged := report.StageRun{Name: "hardening", State: report.Passed}
	judged.Set.See("was-judged.yaml", "as Compose")
	base := []report.StageRun{judged}
	for name, c := range map[string]struct {
		run  report.StageRun
		want report.State
		gaps int
	}{
		"judged before":   {report.StageRun{Name: "hardening", State: report.Passed}, report.Degraded, 1},
		"another stage":   {report.StageRun{Name: "deps", State: report.Passed}, report.Passed, 0},
		"failed already":  {report.StageRun{Name: "hardening", State: report.Failed}, report.Failed, 1},
		"skipped already": {report.StageRun{Name: "hardening", State: report.Skipped}, report.Skipped, 1},
	} {
		got := Broken([]report.StageRun{c.run}, base, p)[0]
		if got.State != c.want || len(got.Set.Gaps) != c.gaps {
			t.Errorf("%s: %s with %d gaps", name, got.State, len(got.Set.Gaps))
		}
	}
	if got := Broken([]report.StageRun{{Name: "hardening", State: report.Passed}}, nil, p)[0]; got.State != report.Passed {
		t.Errorf("without a base commit: %s", got.State)
	}
}

func TestMeant(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{LockFiles: []string{"go.sum"}, Documents: []plan.Document{{Kind: plan.Compose, Files: []string{"compose.yaml"}}}}
	got := Meant(config.Config{Stages: []string{"deps"}}, p)
	want := map[string]map[string]string{"deps": {"go.sum": "to be read as a dependency file"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
