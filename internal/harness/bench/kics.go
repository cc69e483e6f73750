package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
)

// kics is a built peer with the queries of its module.
type kics struct{ program, assets string }

// buildKICS builds the release that is compared with. The queries stand beside its code.
func buildKICS(ctx context.Context, tools string) (kics, error) {
	program, source, err := peer{name: "KICS", module: "github.com/Checkmarx/kics/v2", version: "v2.2.0", main: "./cmd/console"}.build(ctx, tools)
	return kics{program, filepath.Join(source, "assets")}, err
}

// on scans a file or directory with the Compose queries alone.
func (k kics) on(path, out string) func(context.Context) *exec.Cmd {
	return func(ctx context.Context) *exec.Cmd {
		cmd := exec.CommandContext(ctx, k.program, "scan", "--path", path, "--type", "DockerCompose", "--output-path", out,
			"--queries-path", filepath.Join(k.assets, "queries"), "--libraries-path", filepath.Join(k.assets, "libraries"),
			"--report-formats", "json", "--no-progress", "--silent", "--disable-secrets")
		cmd.Env = append(os.Environ(), "DISABLE_CRASH_REPORT=1")
		return cmd
	}
}
