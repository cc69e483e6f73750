package cli

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter"
)

func (a *app) controlsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "controls [PATH]", Short: "Say which controls of the guide a repository meets", Args: cobra.MaximumNArgs(1),
		Long: "Judges the repository and prints the state of every control of the hardening guide.\n" +
			"By default only the hardening stage runs; --stages adds others.",
		RunE: func(c *cobra.Command, args []string) error { return a.controls(c.Context(), pathArg(args)) },
	}
}

// controls exits with 2 when a stage could not see everything, else with 0: it informs
// and does not judge.
func (a *app) controls(ctx context.Context, path string) error {
	if err := a.flags.checkFormat("text", "json"); err != nil {
		return err
	}
	if stages := a.flags.settings["stages"]; *stages == "" {
		*stages = "hardening"
	}
	j, err := a.prepare(ctx, path)
	if err != nil {
		return err
	}
	defer j.Close()
	r, err := a.assess(ctx, j)
	if err != nil {
		return err
	}
	if r.Verdict == report.Error {
		a.code = exitError
	}
	if a.flags.format == "json" {
		return a.print(ctx, r)
	}
	tw := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	for _, c := range r.Controls {
		state := string(c.State)
		if c.Reason != "" {
			state += " (" + c.Reason + ")"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\n", c.ID, c.Title, state)
	}
	fmt.Fprintf(tw, "\n%d controls: %s\n", len(r.Controls), reporter.ControlsLine(r.Controls))
	return tw.Flush()
}
