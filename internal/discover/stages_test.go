package discover_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

// TestConfigurationIsReadForTheLintAlone: what no stage of the run judges is not read,
// and what others need still is.
func TestConfigurationIsReadForTheLintAlone(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"SECURITY.md": "# Security\n\n## Contact\n", "compose.yaml": "services:\n  web:\n    image: nginx:1\n", "go.mod": "module x\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	for stage, read := range map[string]bool{"deps": false, "hardening": true} {
		p, err := discover.Build(t.Context(), tree, config.Config{Stages: []string{stage}}, plan.Event{}, source.Selection{})
		if err != nil {
			t.Fatal(err)
		}
		files, _ := p.Config.Model["files"].(map[string]any)
		if _, got := files["SECURITY.md"]; got != read || len(p.Images) != 1 || len(p.LockFiles) != 1 {
			t.Errorf("stage %s: prose read %v, images %v, lock files %v", stage, got, p.Images, p.LockFiles)
		}
	}
}

// TestOnlyWhatAStageNeedsIsRead: a scan of dependencies that looks at no images loads no
// deployment, and one that does loads it.
func TestOnlyWhatAStageNeedsIsRead(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"compose.yaml": "services:\n  web:\n    image: nginx:1\n", "go.mod": "module x\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	for scan, want := range map[string]int{"never": 0, "always": 1} {
		cfg := config.Config{Stages: []string{"deps"}, Deps: config.Deps{ScanImages: scan}}
		p, err := discover.Build(t.Context(), tree, cfg, plan.Event{}, source.Selection{})
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Documents) != want || len(p.Images) != want || len(p.LockFiles) != 1 {
			t.Errorf("scan-images %s: %d documents, %d images, lock files %v", scan, len(p.Documents), len(p.Images), p.LockFiles)
		}
	}
}
