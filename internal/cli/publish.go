package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter"
	"github.com/stella-ops/assure/internal/stage/dast"
)

// publish writes the report everywhere it belongs. Files and standard output must
// succeed; what GitHub refuses is a warning and never changes the verdict. It goes on
// after an interrupt, so that partial results are not lost.
func (a *app) publish(ctx context.Context, j *job, r *report.Report) error {
	ctx = context.WithoutCancel(ctx)
	r = reporter.Redact(r, secrets(j.cfg)...)
	a.conclude(r)
	err := errors.Join(a.writeFiles(j, r), a.print(ctx, r))
	a.asBaseline(j.cfg.DAST.Baseline, r)
	if a.inAction() {
		err = errors.Join(err, a.publishToGitHub(ctx, j, r))
	}
	return err
}

// secrets are the values that must not appear in any output.
func secrets(cfg config.Config) []string {
	all := []string{cfg.Token, cfg.DAST.Auth.Value, cfg.DAST.ZAPKey}
	for _, auth := range cfg.Auth {
		all = append(all, auth.Password)
	}
	return all
}

// asBaseline ends the output and the program as ZAP's baseline scan does, where that
// was asked for.
func (a *app) asBaseline(b config.ZAPBaseline, r *report.Report) {
	if !b.ExitCodes {
		return
	}
	var files []finding.File
	for _, s := range r.Stages {
		files = append(files, s.Set.Files...)
	}
	code, lines := dast.ExitCode(b, files, r.Verdict == report.Fail, r.Verdict == report.Error)
	a.code = code
	if a.flags.format == "text" {
		fmt.Fprint(a.Stdout, tabbed(lines))
	}
}

// tabbed makes foreign lines safe and keeps their tabs, which scripts split them by.
func tabbed(lines string) string {
	var b strings.Builder
	for line := range strings.Lines(lines) {
		fields := strings.Split(strings.TrimRight(line, "\n"), "\t")
		for i, f := range fields {
			fields[i] = reporter.TerminalLine(f)
		}
		b.WriteString(strings.Join(fields, "\t") + "\n")
	}
	return b.String()
}

func (a *app) print(ctx context.Context, r *report.Report) error {
	rep, err := reporter.New(a.flags.format, a.Stdout, reporter.Options{Color: a.colored(), OutDir: a.flags.out})
	if err != nil {
		return err
	}
	if err := rep.Write(ctx, r); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (a *app) writeFiles(j *job, r *report.Report) error {
	if a.flags.out == "" {
		return nil
	}
	names, err := reporter.WriteFiles(a.flags.out, r)
	if err != nil {
		return err
	}
	if a.inAction() {
		return j.GiveToOwner(a.flags.out, names)
	}
	return nil
}

func (a *app) colored() bool {
	switch a.flags.color {
	case "always":
		return true
	case "never":
		return false
	}
	return a.env("NO_COLOR") == "" && isTerminal(a.Stdout)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
