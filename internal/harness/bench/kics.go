package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// kicsVersion is the release that is compared with.
const kicsVersion = "v2.2.0"

// kics is a built peer with the queries of its module.
type kics struct{ program, assets string }

// buildKICS builds the peer from its module, once. The queries stand beside its code.
func buildKICS(ctx context.Context, tools string) (kics, error) {
	tools, err := filepath.Abs(tools)
	if err != nil {
		return kics{}, fmt.Errorf("find tools: %w", err)
	}
	src, err := download(ctx, "github.com/Checkmarx/kics/v2@"+kicsVersion)
	if err != nil {
		return kics{}, err
	}
	k := kics{filepath.Join(tools, "kics-"+kicsVersion), filepath.Join(src, "assets")}
	if _, err := os.Stat(k.program); err == nil {
		return k, nil
	}
	fmt.Fprintln(os.Stderr, "building KICS "+kicsVersion+", which takes minutes")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", k.program, "./cmd/console")
	cmd.Dir, cmd.Env, cmd.Stderr = src, append(os.Environ(), "GOFLAGS=", "GOEXPERIMENT=", "CGO_ENABLED=0"), os.Stderr
	if err := cmd.Run(); err != nil {
		return kics{}, fmt.Errorf("build KICS: %w", err)
	}
	return k, nil
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

// download fetches a module and returns its directory.
func download(ctx context.Context, module string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", module)
	cmd.Dir, cmd.Env = os.TempDir(), append(os.Environ(), "GOFLAGS=-mod=mod")
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("download %s: %w", module, err)
	}
	var info struct{ Dir string }
	if err := json.Unmarshal(out, &info); err != nil {
		return "", fmt.Errorf("read answer for %s: %w", module, err)
	}
	return info.Dir, nil
}
