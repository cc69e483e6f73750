package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// trivyVersion is the release that is compared with: the one whose parsers we use.
const trivyVersion = "v0.74.0"

// trivy is the built peer with its source, whose test data is a corpus of lock files.
type trivy struct{ program, source string }

// buildTrivy builds the peer from its module, once.
func buildTrivy(ctx context.Context, tools string) (trivy, error) {
	tools, err := filepath.Abs(tools)
	if err != nil {
		return trivy{}, fmt.Errorf("find tools: %w", err)
	}
	src, err := download(ctx, "github.com/aquasecurity/trivy@"+trivyVersion)
	if err != nil {
		return trivy{}, err
	}
	t := trivy{filepath.Join(tools, "trivy-"+trivyVersion), src}
	if _, err := os.Stat(t.program); err == nil {
		return t, nil
	}
	fmt.Fprintln(os.Stderr, "building Trivy "+trivyVersion+", which takes minutes")
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags", "-s -w", "-o", t.program, "./cmd/trivy")
	cmd.Dir, cmd.Env, cmd.Stderr = src, append(os.Environ(), "GOFLAGS=", "GOEXPERIMENT=jsonv2", "CGO_ENABLED=0"), os.Stderr
	if err := cmd.Run(); err != nil {
		return trivy{}, fmt.Errorf("build Trivy: %w", err)
	}
	return t, nil
}

// on scans a directory for vulnerabilities with the database below cache, and nothing
// else: no update, no version check, no network, no scan cache.
func (t trivy) on(dir, cache string, more ...string) func(context.Context) *exec.Cmd {
	return func(ctx context.Context) *exec.Cmd {
		args := []string{"fs", "--scanners", "vuln", "--format", "json", "--quiet", "--cache-dir", cache,
			"--skip-db-update", "--skip-java-db-update", "--skip-version-check", "--disable-telemetry", "--offline-scan"}
		cmd := exec.CommandContext(ctx, t.program, append(append(args, more...), dir)...)
		cmd.Env = append(os.Environ(), "HOME="+cache, "GOPATH="+cache)
		return cmd
	}
}

// trivyReport is what it prints.
type trivyReport struct {
	Results []struct {
		Target   string
		Type     string
		Packages []struct {
			Name, Version, Relationship string
		}
		Vulnerabilities []struct {
			ID        string `json:"VulnerabilityID"`
			Package   string `json:"PkgName"`
			Installed string `json:"InstalledVersion"`
			Path      string `json:"PkgPath"`
		}
	}
}

func (t trivy) report(ctx context.Context, dir, cache string, more ...string) (r trivyReport, err error) {
	cmd := t.on(dir, cache, more...)(ctx)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return r, fmt.Errorf("run Trivy: %w", err)
	}
	if err := json.Unmarshal(out, &r); err != nil {
		return r, fmt.Errorf("read Trivy's report: %w", err)
	}
	return r, nil
}
