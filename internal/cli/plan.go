package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/stella-ops/assure/internal/cli/ledger"
	"github.com/stella-ops/assure/internal/discover"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/reporter"
	"github.com/stella-ops/assure/internal/workspace"
)

func (a *app) planCommand() *cobra.Command {
	var files bool
	c := &cobra.Command{
		Use: "plan [PATH]", Short: "Say what would run, on what, and why a stage would not", Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.plan(c.Context(), pathArg(args), files) },
	}
	c.Flags().BoolVar(&files, "files", false, "list for every file and stage who would judge it, or why nobody would")
	return c
}

// plan exits with 2 when something could not be read, because a run would too.
func (a *app) plan(ctx context.Context, path string, files bool) error {
	if err := a.flags.checkFormat("text", "json"); err != nil {
		return err
	}
	j, err := a.prepare(ctx, path)
	if err != nil {
		return err
	}
	defer j.Close()
	p, err := discover.Build(ctx, j.Tree, j.cfg, j.Event, j.selected)
	if err != nil {
		return err
	}
	if files {
		return a.printLedger(ledger.Before(j.cfg, p))
	}
	v := planView{Judged: judged(j.Workspace), Stages: []stageView{}}
	stages, err := a.stages(j)
	if err != nil {
		return err
	}
	for _, s := range stages {
		reason := s.Skip(p)
		if !j.cfg.Runs(s.Name()) {
			reason = "not among the stages that were asked for"
		}
		v.Stages = append(v.Stages, stageView{s.Name(), reason == "", reason})
	}
	v.fill(p)
	if len(v.Problems) > 0 {
		a.code = exitError
	}
	if a.flags.format == "json" {
		return a.printJSON(v)
	}
	return a.printPlan(v)
}

// judged says how a run is judged, where that is not the plain case.
func judged(w *workspace.Workspace) string {
	if w.Degraded != "" && w.Base == nil {
		return strings.TrimPrefix(w.Trust.Reason+"; "+w.Degraded, "; ")
	}
	return w.Reason()
}

// planView is the plan as users see it.
type planView struct {
	// Judged says how, where that is not the plain case.
	Judged    string      `json:"judged,omitempty"`
	Stages    []stageView `json:"stages"`
	Documents []itemView  `json:"documents"`
	LockFiles []itemView  `json:"lock_files"`
	Images    []itemView  `json:"images"`
	Endpoints []itemView  `json:"endpoints"`
	Stacks    []itemView  `json:"stacks"`
	Problems  []itemView  `json:"problems"`
}

type stageView struct {
	Name   string `json:"name"`
	Runs   bool   `json:"runs"`
	Reason string `json:"reason,omitempty"`
}

type itemView struct {
	Place string `json:"place"`
	What  string `json:"what"`
}

func (v *planView) fill(p *plan.Plan) {
	for i := 0; i < len(p.Documents); {
		n := alike(p.Documents[i:])
		v.Documents = append(v.Documents, itemView{p.Documents[i].Name, documentText(p.Documents[i], n)})
		i += n
	}
	for _, f := range p.LockFiles {
		v.LockFiles = append(v.LockFiles, itemView{f, "lock file"})
	}
	for _, i := range p.Images {
		v.Images = append(v.Images, itemView{i.Location.String(), imageText(i)})
	}
	for _, e := range p.Endpoints {
		v.Endpoints = append(v.Endpoints, itemView{e.Location.String(), endpointText(e)})
	}
	for i, s := range p.Stacks {
		what := "started by the dynamic test"
		if i > 0 {
			what = "not started; choose with dast.compose"
		}
		v.Stacks = append(v.Stacks, itemView{strings.Join(s.Files, " + "), what})
	}
	for _, pr := range p.Problems {
		v.Problems = append(v.Problems, itemView{place(pr.Location), pr.Message + " (blinds " + strings.Join(pr.Stages, ", ") + ")"})
	}
}

// alike counts the documents at the beginning that come from the same files.
func alike(docs []plan.Document) int {
	n := 1
	for n < len(docs) && docs[n].Kind == docs[0].Kind && docs[n].Name == docs[0].Name && slices.Equal(docs[n].Files, docs[0].Files) {
		n++
	}
	return n
}

func documentText(d plan.Document, n int) string {
	text := string(d.Kind)
	if n > 1 {
		text += fmt.Sprintf(", %d objects", n)
	}
	if rest := slices.DeleteFunc(slices.Clone(d.Files), func(f string) bool { return f == d.Name }); len(rest) > 0 {
		text += ", with " + strings.Join(rest, ", ")
	}
	return text
}

func place(l finding.Location) string {
	if l.URI == "" {
		return "-"
	}
	return l.String()
}

func imageText(i plan.Image) string {
	text := i.Ref + " for " + user(i)
	if len(i.Unresolved) > 0 {
		text += ", with no value for " + strings.Join(i.Unresolved, ", ")
	}
	if i.Built {
		text += ", built here"
	}
	if i.Fallback {
		text += ", built here where no registry has it"
	}
	return text
}

func endpointText(e plan.Endpoint) string {
	text := e.Service
	if e.Port > 0 {
		text += fmt.Sprintf(":%d", e.Port)
	}
	if e.Scheme != "" {
		text = e.Scheme + "://" + text
	}
	if e.Published {
		text += ", published"
	}
	return text
}

func (a *app) printPlan(v planView) error {
	tw := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	if v.Judged != "" {
		fmt.Fprintf(a.Stdout, "%s\n\n", reporter.TerminalLine(v.Judged))
	}
	fmt.Fprintln(tw, "Stages")
	for _, s := range v.Stages {
		state := "runs"
		if !s.Runs {
			state = "skipped: " + s.Reason
		}
		fmt.Fprintf(tw, "  %s\t%s\n", s.Name, state)
	}
	for _, section := range []struct {
		title string
		items []itemView
	}{
		{"Documents", v.Documents}, {"Lock files", v.LockFiles}, {"Images", v.Images},
		{"Endpoints", v.Endpoints}, {"Stacks", v.Stacks}, {"Problems", v.Problems},
	} {
		fmt.Fprintf(tw, "\n%s: %d\n", section.title, len(section.items))
		for _, i := range section.items {
			fmt.Fprintf(tw, "  %s\t%s\n", reporter.TerminalLine(i.Place), reporter.TerminalLine(i.What))
		}
	}
	return tw.Flush()
}

func user(i plan.Image) string {
	if i.Kind == plan.Dockerfile {
		return "stage " + i.Subject
	}
	return i.Subject
}

func (a *app) printLedger(entries []finding.Entry) error {
	if slices.ContainsFunc(entries, func(e finding.Entry) bool { return e.Fate == finding.FateGap }) {
		a.code = exitError
	}
	if a.flags.format == "json" {
		return a.printJSON(entries)
	}
	_, err := fmt.Fprint(a.Stdout, reporter.LedgerTable(entries))
	return err
}
