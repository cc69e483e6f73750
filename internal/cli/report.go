package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/github"
	"github.com/stella-ops/assure/internal/reporter"
	"github.com/stella-ops/assure/internal/reporter/document"
)

// maxReport bounds the report of another run, in bytes.
const maxReport = 1 << 20

func (a *app) reportCommand() *cobra.Command {
	return &cobra.Command{
		Use: "report [FILE]", Short: "Comment on a fork's pull request, from a workflow_run workflow", Args: cobra.MaximumNArgs(1),
		Long: "The second half of the two-step flow for forks, whose own runs may not write: takes the\n" +
			"report.json that such a run uploaded and writes the pull-request comment. The report is\n" +
			"foreign text; it is shown as that, and no verdict follows from it.",
		RunE: func(c *cobra.Command, args []string) error {
			a.fromInputs()
			file := filepath.Join(a.flags.out, "report.json")
			if len(args) > 0 {
				file = args[0]
			}
			if err := a.reportFor(c.Context(), file); err != nil {
				return fmt.Errorf("workflow_run: %w", err)
			}
			return nil
		},
	}
}

// reportFor publishes the report in file for the run that caused this event. The pull
// request comes from GitHub alone, never from the report.
func (a *app) reportFor(ctx context.Context, file string) error {
	g, err := github.FromEnv(a.env, os.ReadFile)
	if reason := g.Refuse(true); reason != "" {
		return errors.New(reason)
	}
	if err != nil {
		return err
	}
	if g.Event != "workflow_run" {
		return fmt.Errorf("the event is %s; only a workflow_run event knows the run to report on", g.Event)
	}
	cfg, err := config.Load(config.Sources{Env: a.LookupEnv, Flags: a.given()})
	if err != nil {
		return err
	}
	body, err := foreignComment(file, reporter.Options{Key: g.CommentKey(), RunURL: g.RunURL(), Untrusted: true})
	if err != nil {
		return err
	}
	return a.commentOn(ctx, g, cfg.Token, body)
}

// foreignComment renders the comment from a report under foreign control.
func foreignComment(file string, o reporter.Options) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read the report of the earlier run: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxReport+1))
	if err != nil {
		return nil, fmt.Errorf("read the report of the earlier run: %w", err)
	}
	r, err := document.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("read the report of the earlier run: %w", err)
	}
	return reporter.Render("comment", r, o)
}

func (a *app) commentOn(ctx context.Context, g github.Context, token string, body []byte) error {
	o := github.Options{Token: token, Version: version}
	client, err := github.New(g, o)
	if err != nil {
		return err
	}
	if g.PullRequest, err = client.PullRequestOf(ctx); err != nil {
		return err
	}
	if client, err = github.New(g, o); err != nil {
		return err
	}
	for _, warning := range client.Publish(ctx, github.Publication{Comment: body}) {
		fmt.Fprint(a.Stdout, reporter.Warning("Assure", warning))
	}
	return nil
}
