package cli

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/reporter"
	"github.com/stella-ops/assure/internal/stage/dast/stack"
	"github.com/stella-ops/assure/internal/stage/deps/database"
	"github.com/stella-ops/assure/internal/trust"
	"github.com/stella-ops/assure/internal/workspace"
)

func (a *app) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use: "doctor [PATH]", Short: "Say which permission, engine, database or file is missing", Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.doctor(c.Context(), pathArg(args)) },
	}
}

// diagnosis is one line of the doctor: what was looked at, and what is wrong with it.
type diagnosis struct {
	what string
	fact string
	err  error
}

// doctor exits with 2 when something that a run needs is missing.
func (a *app) doctor(ctx context.Context, path string) error {
	a.fromInputs()
	tw := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	for _, d := range a.diagnose(ctx, path) {
		state, text := "ok", d.fact
		if d.err != nil {
			state, text, a.code = "missing", d.err.Error(), exitError
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\n", d.what, state, reporter.TerminalLine(text))
	}
	return tw.Flush()
}

func (a *app) diagnose(ctx context.Context, path string) []diagnosis {
	w, err := a.open(ctx, path)
	if err != nil {
		return []diagnosis{{"repository", "", err}}
	}
	defer w.Close()
	all := []diagnosis{{"repository", fmt.Sprintf("%s, event %s", w.Tree.Dir(), w.Event.Name), nil}, diagnoseTrust(w), a.diagnoseBase(w)}
	cfg, err := a.configure(w)
	if err != nil {
		return append(all, diagnosis{"configuration", "", err})
	}
	origin := cfg.Origin
	if origin == "" {
		origin = "defaults; no file was found"
	}
	all = append(all, diagnosis{"configuration", origin, nil}, a.diagnosePolicy(w, cfg), a.diagnoseDatabase(ctx, cfg), a.diagnoseEngine(ctx))
	if a.inAction() {
		all = append(all, a.diagnoseWorkflow(cfg)...)
	}
	return all
}

// diagnoseTrust says whom a run would believe, and where its policy would come from.
func diagnoseTrust(w *workspace.Workspace) diagnosis {
	fact := string(w.Trust.Class) + ", policy of the " + string(w.Trust.Policy)
	if w.Trust.Policy == trust.BuiltIn {
		fact = string(w.Trust.Class) + ", built-in policy"
	}
	if w.PolicyCommit != "" {
		fact += " " + w.PolicyCommit
	}
	if why := judged(w); why != "" {
		fact += ": " + why
	}
	return diagnosis{"judged as", fact, nil}
}

func (a *app) diagnoseBase(w *workspace.Workspace) diagnosis {
	if w.Base == nil {
		return diagnosis{"base commit", "none: " + w.NoBase, nil}
	}
	return diagnosis{"base commit", w.Event.Base, nil}
}

func (a *app) diagnosePolicy(w *workspace.Workspace, cfg config.Config) diagnosis {
	engine, err := a.loadPolicy(w, cfg)
	if err != nil {
		return diagnosis{"policy", "", err}
	}
	return diagnosis{"policy", fmt.Sprintf("%d rules of profile %s", len(engine.Rules()), cfg.Hardening.Profile), nil}
}

func (a *app) diagnoseDatabase(ctx context.Context, cfg config.Config) diagnosis {
	info, err := database.New(cfg.Deps, a.databaseOptions(cfg)).Info(ctx)
	if err != nil {
		return diagnosis{"database", "", err}
	}
	return diagnosis{"database", fmt.Sprintf("%s, built %s", info.Source, info.UpdatedAt.Format("2006-01-02")), nil}
}

func (a *app) diagnoseEngine(ctx context.Context) diagnosis {
	e, err := stack.Open(ctx, a.engineHost())
	if err != nil {
		return diagnosis{"container engine", "", err}
	}
	defer e.Close()
	return diagnosis{"container engine", a.engineHost(), nil}
}

// diagnoseWorkflow looks at what the runner and the workflow give to the action.
func (a *app) diagnoseWorkflow(cfg config.Config) []diagnosis {
	token := diagnosis{"token", "given", nil}
	if cfg.Token == "" {
		token.err = fmt.Errorf("no github-token: no comment and no upload to code scanning")
	}
	all := []diagnosis{token}
	for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"} {
		f, err := os.OpenFile(a.env(name), os.O_WRONLY|os.O_APPEND, 0)
		if err == nil {
			f.Close()
		}
		all = append(all, diagnosis{name, "writable", err})
	}
	return all
}
