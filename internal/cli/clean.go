package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/stella-ops/assure/internal/reporter"
	"github.com/stella-ops/assure/internal/stage/dast/runtime/facts"
	"github.com/stella-ops/assure/internal/stage/dast/stack"
)

// cleanBudget bounds the removal of leftovers.
const cleanBudget = time.Minute

const cleanHelp = `Remove what interrupted dynamic tests left on the container engine.

Runs that go on are left alone. So are those of which that cannot be known from here,
such as another user's; --run removes what such a run left. In the action it is what
the same job made that is removed.`

func (a *app) cleanCommand() *cobra.Command {
	run := ""
	c := &cobra.Command{
		Use: "clean", Short: "Remove what interrupted dynamic tests left on the container engine", Long: cleanHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.clean(c.Context(), run) },
	}
	c.Flags().StringVar(&run, "run", "", "Remove everything of the run with this id, whether it goes on or not.")
	return c
}

// clean removes what a run left: in the action that of this job. Without an engine
// nothing can have been left, so in the action's post step that is no error.
func (a *app) clean(ctx context.Context, run string) error {
	ctx, cancel := context.WithTimeout(ctx, cleanBudget)
	defer cancel()
	e, err := stack.Open(ctx, a.engineHost())
	if err != nil {
		if a.inAction() {
			return nil
		}
		return err
	}
	defer e.Close()
	if run == "" && a.inAction() {
		run = a.runID()
	}
	cleaned, err := a.sweep(ctx, e, run)
	if err != nil {
		return fmt.Errorf("remove leftovers: %w", err)
	}
	a.printCleaned(cleaned)
	return nil
}

// sweep removes what one run left, or all that are over.
func (a *app) sweep(ctx context.Context, e *stack.Engine, run string) (stack.Cleaned, error) {
	if run == "" {
		return stack.Clean(ctx, e, a.runsDir())
	}
	n, err := stack.CleanRun(ctx, e, run)
	return stack.Cleaned{Removed: n}, err
}

// printCleaned prints what was removed and what was not. The ids come from the engine.
func (a *app) printCleaned(c stack.Cleaned) {
	fmt.Fprintf(a.Stdout, "removed %d leftovers of dynamic tests\n", c.Removed)
	for _, run := range c.Living {
		fmt.Fprintf(a.Stdout, "left run %s alone, which goes on\n", reporter.TerminalLine(run))
	}
	for _, run := range c.Unknown {
		fmt.Fprintf(a.Stdout, "left run %s alone, because whether it goes on cannot be known from here; if it does not, remove it with --run\n", reporter.TerminalLine(run))
	}
}

// factsCommand is what a side-car of the dynamic test runs: it prints what the kernel
// says about the first process that it sees.
func (a *app) factsCommand() *cobra.Command {
	return &cobra.Command{
		Use: stack.FactsCommand, Short: "Print what the kernel says about process 1", Args: cobra.NoArgs, Hidden: true,
		RunE: func(*cobra.Command, []string) error { return facts.Write(a.Stdout, "/proc/1") },
	}
}
