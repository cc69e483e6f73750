package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// peer is a program that is compared with, built from its own module.
type peer struct {
	name, module, version string
	// main is the package in the module, experiment the value of GOEXPERIMENT that it
	// needs.
	main, experiment string
}

// build builds the peer into the directory of tools, once, and returns the program and
// the directory of its source.
func (p peer) build(ctx context.Context, tools string) (program, source string, err error) {
	tools, err = filepath.Abs(tools)
	if err != nil {
		return "", "", fmt.Errorf("find tools: %w", err)
	}
	source, err = download(ctx, p.module+"@"+p.version)
	if err != nil {
		return "", "", err
	}
	program = filepath.Join(tools, strings.ToLower(p.name)+"-"+p.version)
	if _, err := os.Stat(program); err == nil {
		return program, source, nil
	}
	fmt.Fprintf(os.Stderr, "building %s %s, which takes minutes\n", p.name, p.version)
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags", "-s -w", "-o", program, p.main)
	cmd.Dir, cmd.Env, cmd.Stderr = source, append(os.Environ(), "GOFLAGS=", "GOEXPERIMENT="+p.experiment, "CGO_ENABLED=0"), os.Stderr
	if err := cmd.Run(); err != nil {
		return "", "", fmt.Errorf("build %s: %w", p.name, err)
	}
	return program, source, nil
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
