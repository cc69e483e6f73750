package accepted_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	got, problems := accepted.Read(tree, []string{"svc/go.mod", "sub/go.mod"})
	var shown []string
	for _, e := range got {
		shown = append(shown, e.Location.URI+" "+e.Rule+" "+e.Path)
	}
	want := []string{".trivyignore CVE-1 ", ".trivyignore.yaml CVE-2 ", "svc/osv-scanner.toml CVE-3 svc/*", ".vex/b.json CVE-4 "}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Error(diff)
	}
	var bad []string
	for _, p := range problems {
		bad = append(bad, p.Location.URI)
	}
	if diff := cmp.Diff([]string{".vex/c.json", ".vex/d.json"}, bad); diff != "" {
		t.Errorf("problems (-want +got):\n%s\n%v", diff, problems)
	}
}
