package harness

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Stand-ins in the sample projects for what only a running harness knows.
const (
	placeholderHost   = "registry.example.com"
	placeholderDigest = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
)

// copyProject copies a sample project and puts the registry's host and the signed
// image's digest into it.
func copyProject(from, to, host, digest string) error {
	fill := strings.NewReplacer(placeholderHost, host, placeholderDigest, digest)
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), []byte(fill.Replace(string(data))), 0o644)
	})
	if err != nil {
		return fmt.Errorf("copy project: %w", err)
	}
	return nil
}

// buildServer compiles one of the harness's own static programs.
func buildServer(ctx context.Context, root, name, out string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", out, "./internal/harness/"+name) //nolint:gosec // our own package
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build %s: %w\n%s", name, err, text)
	}
	return os.ReadFile(out)
}
