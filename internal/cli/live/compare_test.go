package live_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/cli/live"
	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/workspace"
)

func open(t *testing.T, files map[string]string) *source.Tree {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, files)
	tree, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree
}

// TestCompare: what was found on a stack that the change leaves alone was there before;
// on one that it touches, nothing is known.
func TestCompare(t *testing.T) {
	base := map[string]string{"compose.yaml": compose, "web/Dockerfile": "FROM scratch\n", "conf/a": "1\n"}
	found := []finding.Finding{{Rule: "zap/10021", Subject: "web", Location: finding.Top("compose.yaml")}}
	for name, c := range map[string]struct {
		file, text, url string
		state           report.State
		want            []finding.Finding
	}{
		"untouched":              {file: "README.md", text: "new", state: report.HasFindings, want: found},
		"touched":                {file: "conf/a", text: "2\n", state: report.HasFindings},
		"skipped":                {file: "README.md", text: "new", state: report.Skipped},
		"a target that runs":     {file: "README.md", text: "new", url: "http://localhost:1", state: report.HasFindings},
		"untouched and degraded": {file: "README.md", text: "new", state: report.Degraded, want: found},
	} {
		w := &workspace.Workspace{Base: open(t, base), Event: plan.Event{Name: "pull_request"}}
		head := map[string]string{c.file: c.text}
		for name, text := range base {
			if name != c.file {
				head[name] = text
			}
		}
		w.Tree = open(t, head)
		p, err := discover.Build(t.Context(), w.Tree, config.Default(), w.Event, source.Selection{})
		if err != nil {
			t.Fatal(err)
		}
		cfg := config.Default()
		cfg.DAST.Target.URL = c.url
		runs := []report.StageRun{{Name: "deps"}, {Name: "dast", State: c.state, Set: finding.Set{Findings: found}}}
		_, before := live.Compare(t.Context(), w, cfg, p, runs, []report.StageRun{{Name: "deps"}})
		var got []finding.Finding
		for _, run := range before[1:] {
			got = append(got, run.Set.Findings...)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
