package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/source"
)

// tree writes files into a new directory and opens it.
func tree(t *testing.T, files map[string]string) *source.Tree {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tr, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close() })
	return tr
}

// TestExceptionsWhereSomethingWasNotSeen reads comments of files that the plan does not
// list, once each, and none in prose.
func TestExceptionsWhereSomethingWasNotSeen(t *testing.T) {
	t.Parallel()
	const comment = "a # assure:except gap/no-version until=2099-01-31 reason=\"r\"\n"
	p := &plan.Plan{Tree: tree(t, map[string]string{
		"listed.txt": comment, "unlisted.txt": comment + "b # assure:except\n", "quiet.txt": comment, "notes.md": comment,
	}), LockFiles: []string{"listed.txt"}}
	var run report.StageRun
	for _, name := range []string{"listed.txt", "unlisted.txt", "unlisted.txt", "notes.md", "gone.txt", "", "dir/"} {
		run.Set.Gaps = append(run.Set.Gaps, finding.Gap{Rule: gap.NoVersion, Location: finding.Location{URI: name}})
	}
	list, unreadable := inlineExceptions(p, []report.StageRun{run})
	if len(list) != 2 || list[0].Path != "listed.txt" || list[1].Path != "unlisted.txt" || list[1].Rule != gap.NoVersion || len(unreadable) != 1 {
		t.Errorf("exceptions %+v, unreadable %+v", list, unreadable)
	}
}
