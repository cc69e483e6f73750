package accepted_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/deps/accepted"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	vex := `{"@context":"https://openvex.dev/ns/v0.2.0","author":"Acme","timestamp":"2026-01-0%dT00:00:00Z","statements":[{"vulnerability":{"name":"CVE-4"},"products":[{"@id":"pkg:npm/a"}],"status":"%s","timestamp":"2026-01-0%[1]dT00:00:00Z"}]}`
	files := map[string]string{
		".trivyignore":         "CVE-1\n",
		".trivyignore.yaml":    "vulnerabilities:\n  - id: CVE-2\n",
		"svc/osv-scanner.toml": "[[IgnoredVulns]]\nid = \"CVE-3\"\n",
		"web/osv-scanner.toml": "[[IgnoredVulns]]\nid = \"CVE-3\"\n", // no lock file beside it
		"sub/.trivyignore":     "CVE-9\n",                            // only the root's counts
		".vex/a.json":          fmt.Sprintf(vex, 1, "affected"),
		".vex/b.json":          fmt.Sprintf(vex, 2, "not_affected"),
		".vex/notes.txt":       "no document",
		".vex/c.json":          "{}",
		"policy/accepted":      "CVE-5\n",
		"policy/accepted.yml":  "vulnerabilities:\n  - id: CVE-6\n",
		"policy/osv.toml":      "[[IgnoredVulns]]\nid = \"CVE-7\"\n",
		"policy/vex/e.json":    strings.ReplaceAll(fmt.Sprintf(vex, 1, "not_affected"), "CVE-4", "CVE-8"),
		"f.json":               strings.ReplaceAll(fmt.Sprintf(vex, 1, "fixed"), "CVE-4", "CVE-10"),
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, ".vex", "d.json")); err != nil {
		t.Fatal(err)
	}
	tree, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	locks := []string{"svc/go.mod", "sub/go.mod"}
	known := []string{".trivyignore CVE-1 ", ".trivyignore.yaml CVE-2 ", "svc/osv-scanner.toml CVE-3 svc/*"}
	tests := map[string]struct {
		where     accepted.Where
		want, bad []string
	}{
		"well-known places": {accepted.Where{LockFiles: locks}, append(slices.Clone(known), ".vex/b.json CVE-4 "), []string{".vex/c.json", ".vex/d.json"}},
		"named, too": {
			accepted.Where{LockFiles: locks, IgnoreFiles: []string{"./policy/accepted", "policy/accepted.yml", ".trivyignore", "policy/osv.toml"}, VEX: []string{"policy/vex/", "f.json", ".vex/b.json"}},
			append(slices.Clone(known), "policy/accepted CVE-5 ", "policy/accepted.yml CVE-6 ", "policy/osv.toml CVE-7 policy/*", "f.json CVE-10 ", ".vex/b.json CVE-4 ", "policy/vex/e.json CVE-8 "),
			[]string{".vex/c.json", ".vex/d.json"},
		},
		"not there, or outside": {
			accepted.Where{LockFiles: locks, IgnoreFiles: []string{"gone", "../../etc/passwd", "/etc/passwd"}, VEX: []string{"gone.json", "../vex"}},
			append(slices.Clone(known), ".vex/b.json CVE-4 "),
			[]string{"gone", "../../etc/passwd", "/etc/passwd", "../vex", ".vex/c.json", ".vex/d.json", "gone.json"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, problems := accepted.Read(tree, tt.where)
			var shown, bad []string
			for _, e := range got {
				shown = append(shown, e.Location.URI+" "+e.Rule+" "+e.Path)
			}
			for _, p := range problems {
				bad = append(bad, p.Location.URI)
			}
			less := func(a, b string) bool { return a < b }
			if diff := cmp.Diff(tt.want, shown, cmpopts.SortSlices(less)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.bad, bad); diff != "" {
				t.Errorf("problems (-want +got):\n%s\n%v", diff, problems)
			}
		})
	}
}
