package discover_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

// committed is a head whose files must be on disk.
type committed struct {
	source.Whole
	files []string
}

func (c committed) Tracked() []string { return c.files }

// TestFilesThatAreNotOnDisk has files of the commit missing: inputs leave a gap, others
// none, and neither does what somebody deleted.
func TestFilesThatAreNotOnDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte("# x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	open, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	files := []string{"README.md", "compose.yaml", "docs/a.md", "old/compose.yaml"}
	for _, test := range []struct {
		committed bool
		want      string
	}{{true, "compose.yaml"}, {false, ""}} {
		p, err := discover.Build(t.Context(), open, config.Default(), plan.Event{}, source.Selection{Head: committed{files: files}, Exclude: []string{"old"}, Committed: test.committed})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, pr := range p.Problems {
			if pr.Rule == gap.MissingFile {
				got = append(got, pr.Location.URI)
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("committed %v: %v, want %q", test.committed, got, test.want)
		}
	}
}
