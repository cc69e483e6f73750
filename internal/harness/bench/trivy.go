package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
)

// trivy is the built peer with its source, whose test data is a corpus of lock files.
type trivy struct{ program, source string }

// buildTrivy builds the release that is compared with: the one whose parsers we use.
func buildTrivy(ctx context.Context, tools string) (trivy, error) {
	program, source, err := peer{name: "Trivy", module: "github.com/aquasecurity/trivy", version: "v0.74.0", main: "./cmd/trivy", experiment: "jsonv2"}.build(ctx, tools)
	return trivy{program, source}, err
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
