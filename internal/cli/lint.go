package cli

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stella-ops/assure/internal/discover"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/stage"
	"github.com/stella-ops/assure/internal/stage/hardening"
)

func (a *app) lintCommand() *cobra.Command {
	return &cobra.Command{
		Use: "lint FILE...", Short: "Judge named files only, one line a finding", Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.lint(c.Context(), args) },
	}
}

// lint judges the named files with the hardening rules. The directory they share is
// the root, so that what they extend and include is found.
func (a *app) lint(ctx context.Context, files []string) error {
	if err := a.flags.checkFormat("lint", "text", "json", "sarif"); err != nil {
		return err
	}
	root, names, err := relativeTo(files)
	if err != nil {
		return err
	}
	w, err := a.open(ctx, root)
	if err != nil {
		return err
	}
	defer w.Close()
	cfg, err := a.configure(w)
	if err != nil {
		return err
	}
	for i := range names {
		names[i] = path.Join(w.Sub, names[i])
	}
	p, err := discover.Files(ctx, w.Tree, cfg, names)
	if err != nil {
		return err
	}
	engine, err := a.loadPolicy(w, cfg, kinds(p)...)
	if err == nil && cfg.CheckRules(ruleIDs(engine)) != nil {
		err = a.misnamed(w, cfg)
	}
	if err != nil {
		return err
	}
	s := hardening.New(engine, cfg.Hardening)
	if !a.showsFixes() {
		s = s.WithoutFixes()
	}
	runs := stage.Run(ctx, []stage.Stage{s}, p, stage.Options{Timeout: cfg.Timeout})
	inline, unreadable := inlineExceptions(p, runs)
	r := report.Build(report.Input{
		Tool: tool(), Target: target(w), Now: a.Now(), FailOn: cmp.Or(cfg.FailOn, "all"), Threshold: cfg.FailOnSeverity,
		Runs: runs, Exceptions: slices.Concat(cfg.Exceptions, inline), Unreadable: unreadable, Partial: true, Controls: engine.Controls(),
	})
	a.conclude(r)
	if err := a.print(ctx, r); err != nil {
		return err
	}
	for _, g := range r.Gaps {
		if g.Counts {
			a.complain(fmt.Errorf("%s: %s", g.Location, g.Message))
		}
	}
	if runs[0].State == report.Failed {
		return fmt.Errorf("%s", runs[0].Reason)
	}
	return nil
}

// kinds are the kinds of documents in the plan: reading the rules of others would be
// most of the work of judging one file.
func kinds(p *plan.Plan) []string {
	var out []string
	for _, d := range p.Documents {
		out = append(out, string(d.Kind))
	}
	if p.Config != nil {
		out = append(out, string(p.Config.Kind))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// relativeTo splits the files into the directory that they share and slash paths
// below it. The working directory is preferred when all lie below it.
func relativeTo(files []string) (root string, names []string, err error) {
	root = "."
	if !slices.ContainsFunc(files, func(f string) bool { return !filepath.IsLocal(f) }) {
		for _, f := range files {
			names = append(names, filepath.ToSlash(filepath.Clean(f)))
		}
		return root, names, nil
	}
	var abs []string
	for _, f := range files {
		file, err := filepath.Abs(f)
		if err != nil {
			return "", nil, fmt.Errorf("resolve %s: %w", f, err)
		}
		abs = append(abs, file)
	}
	root = filepath.Dir(abs[0])
	for _, file := range abs {
		for root != filepath.Dir(root) && !below(root, file) {
			root = filepath.Dir(root)
		}
	}
	for _, file := range abs {
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return "", nil, fmt.Errorf("resolve %s: %w", file, err)
		}
		names = append(names, filepath.ToSlash(rel))
	}
	return root, names, nil
}

func below(dir, file string) bool {
	rel, err := filepath.Rel(dir, file)
	return err == nil && filepath.IsLocal(rel)
}
