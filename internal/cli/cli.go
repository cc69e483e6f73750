// Package cli is the program: commands, flags, wiring and exit codes. It is the only
// place that prints, reads the environment or knows the time.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter"
)

// Env is everything the program takes from the outside.
type Env struct {
	// Args are the program's name and arguments.
	Args   []string
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	// LookupEnv reads an environment variable.
	LookupEnv func(string) (string, bool)
	Now       func() time.Time
}

// Exit codes beyond those of report.Verdict.
const exitError = 2

// app carries the environment and the parsed flags to the commands.
type app struct {
	Env
	flags flags
	code  int
	// wantsFixes is true for the command that shows them.
	wantsFixes bool
}

// Main runs the program and returns its exit code: 0 pass, 1 findings at or above the
// threshold, 2 could not run or could not see everything.
func Main(ctx context.Context, env Env) int {
	a := &app{Env: env}
	root := a.command()
	root.SetArgs(a.arguments())
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	root.SetContext(ctx)
	if err := root.ExecuteContext(ctx); err != nil {
		a.complain(err)
		return exitError
	}
	return a.code
}

// arguments are the command line, or what stands for it in the action: its entrypoints
// carry no arguments, so the name of the program and the environment decide.
func (a *app) arguments() []string {
	args := a.Args[1:]
	switch {
	case filepath.Base(a.Args[0]) == "assure-post":
		return []string{"clean"}
	case len(args) == 0 && a.inAction() && a.env("GITHUB_EVENT_NAME") == "workflow_run":
		return []string{"report"}
	case len(args) == 0 && a.inAction():
		return []string{"run"}
	}
	return args
}

func (a *app) inAction() bool { return a.env("GITHUB_ACTIONS") == "true" }

func (a *app) env(name string) string {
	v, _ := a.LookupEnv(name)
	return v
}

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:           "assure",
		Short:         "Does what this repository deploys still meet the hardening guide?",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.PersistentPreRun = func(*cobra.Command, []string) { a.quietLibraries() }
	a.flags.add(root.PersistentFlags())
	root.AddCommand(a.runCommands()...)
	root.AddCommand(a.planCommand(), a.lintCommand(), a.rulesCommand(), a.explainCommand(), a.controlsCommand(),
		a.fixCommand(), a.dbCommand(), a.doctorCommand(), a.reportCommand(), a.cleanCommand(), a.factsCommand(), a.newCommand(), a.versionCommand(), a.generateCommand())
	return root
}

// complain prints an error as one or more lines on standard error. Messages may quote
// the repository, so they pass the terminal's escape function.
func (a *app) complain(err error) {
	for _, e := range unjoin(err) {
		fmt.Fprintf(a.Stderr, "assure: %s\n", reporter.TerminalLine(e.Error()))
	}
}

// unjoin splits joined errors so that each gets its own line.
func unjoin(err error) []error {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) || err.Error() != errors.Join(joined.Unwrap()...).Error() {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, unjoin(e)...)
	}
	return all
}

// conclude turns a report into the exit code.
func (a *app) conclude(r *report.Report) { a.code = r.Verdict.ExitCode() }
