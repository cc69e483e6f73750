// Command demo runs the gate on a sample project that breaks the hardening guide. It
// brings everything the run needs: a vulnerability database, a registry with a signed
// and an unsigned image, and servers for the stack. It needs no internet.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/stella-ops/assure/internal/harness"
)

func main() {
	assure := flag.String("assure", "bin/assure", "the program to run")
	project := flag.String("project", "vulnerable", "the sample project below testdata/projects")
	out := flag.String("out", "demo-report", "directory that receives the reports")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := demo(ctx, *assure, *project, *out)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// demo succeeds when the gate ran to the verdict that the project must get.
func demo(ctx context.Context, assure, project, out string) error {
	start := time.Now()
	h, err := harness.Start(ctx, harness.Options{Root: ".", Project: project})
	if err != nil {
		return err
	}
	defer h.Close()
	args := append([]string{"run", h.Project, "--out", out}, h.Arguments()...)
	if reason := harness.NoEngine(ctx); reason != "" {
		fmt.Printf("Left out: the dynamic test, because %s.\n\n", reason)
		args = append(args, "--stages", "deps,hardening,images")
	}
	fmt.Printf("$ assure run testdata/projects/%s\n\n", project)
	cmd := exec.CommandContext(ctx, assure, args...) //nolint:gosec // the program that was just built
	cmd.Stdout, cmd.Stderr, cmd.Env = os.Stdout, os.Stderr, h.Environ(os.Environ())
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	code, err := exitCode(cmd.Run())
	if err != nil {
		return err
	}
	html, err := filepath.Abs(filepath.Join(out, "report.html"))
	if err != nil {
		return err
	}
	fmt.Printf("\nExit code %d after %s. The report for the browser: file://%s\n", code, time.Since(start).Round(100*time.Millisecond), html)
	if want := h.ExitCode(); code != want {
		return fmt.Errorf("the exit code of this project is %d, not %d", want, code)
	}
	return nil
}

func exitCode(err error) (int, error) {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}
