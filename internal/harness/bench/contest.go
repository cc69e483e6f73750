package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// maxFindings is the exit code from which on a run counts as broken: both programs use
// small ones for findings.
const maxFindings = 126

// contest lets several programs do the same work in turn.
type contest struct {
	name    string
	entries []entry
}

// entry is a program with its arguments.
type entry struct {
	name    string
	command func(context.Context) *exec.Cmd
}

// sample is one run.
type sample struct {
	wall time.Duration
	// peak is the largest resident set in bytes.
	peak int64
}

// run takes turns, so that a busy moment of the machine hits all alike, and prints the
// medians with their ratio to the first entry's.
func (c contest) run(ctx context.Context, runs int, w io.Writer) error {
	samples := make([][]sample, len(c.entries))
	for range runs {
		for i, e := range c.entries {
			s, err := measure(e.command(ctx))
			if err != nil {
				return fmt.Errorf("%s: %s: %w", c.name, e.name, err)
			}
			samples[i] = append(samples[i], s)
		}
	}
	first := median(samples[0])
	for i, e := range c.entries {
		m := median(samples[i])
		fmt.Fprintf(w, "%s\t%s\t%.3f\t%d\t%.1f\t\n", c.name, e.name, m.wall.Seconds(), m.peak>>20, m.wall.Seconds()/first.wall.Seconds())
	}
	return nil
}

func measure(cmd *exec.Cmd) (sample, error) {
	var text bytes.Buffer
	cmd.Stderr = &text
	start := time.Now()
	err := cmd.Run()
	s := sample{wall: time.Since(start)}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() > 0 && exit.ExitCode() < maxFindings {
		err = nil
	}
	if err != nil {
		return s, fmt.Errorf("%w: %s", err, text.String())
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.peak = usage.Maxrss << 10 // in kilobytes on Linux
	}
	return s, nil
}

func median(s []sample) sample {
	walls, peaks := make([]time.Duration, len(s)), make([]int64, len(s))
	for i := range s {
		walls[i], peaks[i] = s[i].wall, s[i].peak
	}
	slices.Sort(walls)
	slices.Sort(peaks)
	return sample{walls[len(walls)/2], peaks[len(peaks)/2]}
}

func command(name string, args ...string) func(context.Context) *exec.Cmd {
	return func(ctx context.Context) *exec.Cmd { return exec.CommandContext(ctx, name, args...) }
}

func assureOn(assure, dir string, more ...string) func(context.Context) *exec.Cmd {
	return command(assure, append([]string{"hardening", "--quiet", "--profile", "strict", "--fail-on", "none", dir}, more...)...)
}

// repeatable runs the program several times and compares what it prints.
func repeatable(ctx context.Context, assure, dir string, runs int) error {
	var first [sha256.Size]byte
	for i := range runs {
		out, err := assureOn(assure, dir, "--format", "sarif")(ctx).Output()
		if err != nil {
			return fmt.Errorf("print SARIF: %w", err)
		}
		sum := sha256.Sum256(out)
		if i > 0 && sum != first {
			return fmt.Errorf("run %d printed other SARIF than run 1", i+1)
		}
		first = sum
	}
	fmt.Printf("SARIF is the same byte for byte in %d runs\n", runs)
	return nil
}
