package discover_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover"
	"github.com/stella-ops/assure/internal/discover/render/rendertest"
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

// TestTheRepositoryHasOnePlace: what is missing in the repository as a whole is reported at
// its introduction, and does not move when a file is added.
func TestTheRepositoryHasOnePlace(t *testing.T) {
	stack := "services:\n  web:\n    image: nginx:1\n"
	for name, tt := range map[string]struct {
		files  map[string]string
		origin string
		want   string
	}{
		"introduction":   {map[string]string{"README.md": "# a\n", "compose.yaml": stack, "0.compose.yaml": stack}, "", "README.md"},
		"configuration":  {map[string]string{"README.md": "# a\n", ".assure.yml": "", "compose.yaml": stack}, ".assure.yml", ".assure.yml"},
		"neither":        {map[string]string{"compose.yaml": stack}, "", "compose.yaml"},
		"read elsewhere": {map[string]string{"README.md": "# a\n", "compose.yaml": stack}, ".assure.yml", "README.md"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config.Default()
			cfg.Origin = tt.origin
			p, err := discover.Build(t.Context(), rendertest.Repository(t, tt.files), cfg, plan.Event{}, source.Selection{})
			if err != nil {
				t.Fatal(err)
			}
			if at, _ := p.Config.Locator.Locate(nil); at.URI != tt.want {
				t.Errorf("reported at %s, want %s", at.URI, tt.want)
			}
		})
	}
}
