package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/stella-ops/assure/internal/stage/dast/runtime/facts"
	"github.com/stella-ops/assure/internal/stage/dast/stack"
)

// cleanBudget bounds the removal of leftovers.
const cleanBudget = time.Minute

func (a *app) cleanCommand() *cobra.Command {
	return &cobra.Command{
		Use: "clean", Short: "Remove what interrupted dynamic tests left on the container engine", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.clean(c.Context()) },
	}
}

// clean removes what this workflow run left in the action, and elsewhere what any run
// left, of whatever age. Without an engine nothing can have been left, so in the
// action's post step that is no error.
func (a *app) clean(ctx context.Context) error {
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
	removed, err := a.sweep(ctx, e)
	if err != nil {
		return fmt.Errorf("remove leftovers: %w", err)
	}
	fmt.Fprintf(a.Stdout, "removed %d leftovers of dynamic tests\n", removed)
	return nil
}

// factsCommand is what a side-car of the dynamic test runs: it tells what the kernel
// says about the first process that it sees.
func (a *app) factsCommand() *cobra.Command {
	return &cobra.Command{
		Use: stack.FactsCommand, Short: "Tell what the kernel says about process 1", Args: cobra.NoArgs, Hidden: true,
		RunE: func(*cobra.Command, []string) error { return facts.Write(a.Stdout, "/proc/1") },
	}
}

func (a *app) sweep(ctx context.Context, e *stack.Engine) (int, error) {
	if a.inAction() {
		return stack.CleanRun(ctx, e, a.runID())
	}
	return stack.Clean(ctx, e, a.Now(), 0)
}
