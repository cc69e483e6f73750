package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stella-ops/assure/internal/cli/ledger"
	"github.com/stella-ops/assure/internal/cli/live"
	"github.com/stella-ops/assure/internal/cli/proposal"
	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage"
	"github.com/stella-ops/assure/internal/trust"
	"github.com/stella-ops/assure/internal/workspace"
	"github.com/stella-ops/assure/policies"
)

// runCommands are run and one command for each stage.
func (a *app) runCommands() []*cobra.Command {
	about := map[string]string{
		"deps":      "Known vulnerabilities in dependencies",
		"hardening": "Compose, Kubernetes and Dockerfiles against the hardening guide",
		"images":    "Image pins, digests and signatures",
		"dast":      "The running stack: ZAP baseline and live hardening probes",
	}
	cmds := []*cobra.Command{a.runCommand("run", "Run every stage for this event", "")}
	for _, name := range config.StageNames {
		cmds = append(cmds, a.runCommand(name, about[name], name))
	}
	return cmds
}

func (a *app) runCommand(name, short, only string) *cobra.Command {
	return &cobra.Command{
		Use: name + " [PATH]", Short: short, Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if only != "" {
				*a.flags.settings["stages"] = only
			}
			return a.run(c.Context(), pathArg(args))
		},
	}
}

func pathArg(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}

// run is the program: from inputs to configuration and policy, to the plan, to what the
// stages found, to the report, to everywhere it belongs.
func (a *app) run(ctx context.Context, path string) error {
	a.fromInputs()
	if err := a.flags.checkFormat("text", "json", "sarif", "markdown"); err != nil {
		return err
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
	return a.publish(ctx, j, r)
}

// job is a workspace with the configuration and the policy that hold for it.
type job struct {
	*workspace.Workspace
	cfg    config.Config
	engine *policy.Engine
	// compared is true when somebody asked for a comparison with a commit.
	compared bool
	// selected are the files that are assessed.
	selected source.Selection
}

// prepare opens the workspace at path and loads configuration and policy.
func (a *app) prepare(ctx context.Context, path string) (*job, error) {
	w, err := a.open(ctx, path)
	if err != nil {
		return nil, err
	}
	j := &job{Workspace: w, compared: a.flags.base != ""}
	if j.cfg, err = a.configure(w); err == nil {
		a.mask(j.cfg)
		j.engine, err = a.loadPolicy(w, j.cfg, wanted(j.cfg)...)
	}
	if err != nil || j.cfg.CheckRules(ruleIDs(j.engine)) != nil {
		err = config.Mistakes(err, a.misnamed(w, j.cfg))
	}
	if err == nil {
		j.selected, err = w.Selection(ctx, j.cfg, a.inAction())
	}
	if err != nil {
		w.Close()
		return nil, err
	}
	return j, nil
}

// wanted are the kinds of rules that the run applies; none means all. Reading them would
// be most of the work of a short run.
func wanted(cfg config.Config) []string {
	if cfg.Runs("hardening") {
		return nil
	}
	return []string{policy.NoRules}
}

// comparing is how much garbage may add to what is in use, in percent, where two commits
// are held at once: so both take little more memory than one.
const comparing = 60

// assess plans, runs the stages and builds the report.
func (a *app) assess(ctx context.Context, j *job) (*report.Report, error) {
	if j.Base != nil && a.env("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(comparing))
	}
	p, err := discover.Build(ctx, j.Tree, j.cfg, j.Event, j.selected)
	j.selected = source.Selection{} // as large as the plan, and nothing is listed again
	if err != nil {
		return nil, err
	}
	if err := something(j, p); err != nil {
		return nil, err
	}
	stages, err := a.stages(j)
	if err != nil {
		return nil, err
	}
	runs := a.runStages(ctx, stages, p, j.cfg)
	accepts := a.exceptions(j, p, runs)
	base, settings := a.baseline(ctx, j, stages), a.aboutSettings(j, p, runs)
	build := func(runs []report.StageRun, base baseline) *report.Report {
		return report.Build(a.material(j, p, runs, accepts, base, settings))
	}
	now, before := live.Compare(ctx, j.Workspace, j.cfg, p, runs, base.runs)
	r := build(now, base.with(before))
	if reason := j.BaseBroken(); reason != "" { // be it found only while the report was made
		r = build(runs, baseline{reason: reason})
	}
	return r, nil
}

// something refuses a checkout that holds nothing where a system names a commit to be
// tested: to find nothing there proves nothing.
func something(j *job, p *plan.Plan) error {
	if j.Sub == "" && len(p.Files) == 0 && j.Trust.Policy != trust.OwnTree {
		return errors.New("the workspace holds no files: check the repository out before this step (actions/checkout)")
	}
	return nil
}

// material is all that a report is made of.
func (a *app) material(j *job, p *plan.Plan, runs []report.StageRun, accepts exceptions, base baseline, settings proposal.Outcome) report.Input {
	return report.Input{
		Tool: tool(), Target: target(j.Workspace), Now: a.Now(), FailOn: j.failOn(), Threshold: j.cfg.FailOnSeverity,
		Runs: ledger.Broken(runs, base.runs, p), Base: base.runs, BaselineReason: base.reason, BaseTime: j.BaseTime,
		Exceptions: accepts.held, Unreadable: accepts.unreadable, Pending: accepts.pending,
		ChangeUnderTest: j.ChangeUnderTest(), BaseExceptions: base.exceptions, BaseUnreadable: base.unreadable,
		Settings: settings.Findings, Changes: settings.Pending, Adopted: a.adopted(j), BaseSettings: base.settings,
		Partial: j.Sub != "", Controls: j.engine.Controls(),
		Unchanged: j.Unchanged(), Change: ledger.Change(base.plan, base.runs, p, runs), Unparsed: ledger.Unparsed(base.plan),
		Files: ledger.Files(p), Excluded: ledger.Excluded(j.cfg, p), OutOfScope: p.OutOfScope, Meant: ledger.Meant(j.cfg, p),
	}
}

func (a *app) loadPolicy(w *workspace.Workspace, cfg config.Config, kinds ...string) (*policy.Engine, error) {
	packs, err := workspace.Packs(a.policyTree(w), cfg.Hardening.Packs)
	if err != nil {
		return nil, err
	}
	engine, err := policy.Load(policies.FS, packs, cfg.Hardening.Profile, kinds...)
	if err != nil {
		return nil, err
	}
	engine.Now = a.Now()
	if err := engine.Configure(cfg.Hardening.Params); err != nil {
		return nil, atSetting(cfg, err)
	}
	return engine, nil
}

// atSetting puts the place in the configuration before errors about parameters.
func atSetting(cfg config.Config, err error) error {
	if err == nil {
		return nil
	}
	var all []error
	for _, err := range unjoin(err) {
		if e, ok := errors.AsType[*policy.ParamError](err); ok {
			path := "hardening.params." + e.Path
			err = &config.Error{Location: cfg.At(path), Message: path + " " + e.Message}
		}
		all = append(all, err)
	}
	return config.Mistakes(all...)
}

// runStages runs the stages side by side and shows their progress.
func (a *app) runStages(ctx context.Context, stages []stage.Stage, p *plan.Plan, cfg config.Config) []report.StageRun {
	o := stage.Options{Timeout: cfg.Timeout, Skip: func(name string) string {
		if cfg.Runs(name) {
			return ""
		}
		return "not among the stages that were asked for"
	}}
	if !a.flags.quiet {
		show := newProgress(a.Stderr, isTerminal(a.Stderr), a.Now)
		defer show.Close()
		o.Progress = show.Say
	}
	if a.flags.debug {
		o.Debug = func(text string) { fmt.Fprintln(&terminalWriter{a.Stderr}, text) }
	}
	return stage.Run(ctx, stages, p, o)
}

// static are the stages that judge files alone, and so can judge the base commit too.
var static = [...]string{"deps", "hardening", "images"}

// baseline is what the base commit holds, as far as it could be judged.
type baseline struct {
	runs       []report.StageRun
	exceptions []config.Exception
	unreadable []finding.Gap
	settings   []finding.Finding
	plan       *plan.Plan
	// reason says why there is none, empty otherwise.
	reason string
}

// with are the same with other runs.
func (b baseline) with(runs []report.StageRun) baseline {
	b.runs = runs
	return b
}

// baseline runs the static ones of the stages on the base commit with the same policy and
// the same data. What it shares with the commit under test is not judged again.
func (a *app) baseline(ctx context.Context, j *job, stages []stage.Stage) baseline {
	if j.Base == nil && j.failOn() == "new" {
		return baseline{reason: j.NoBase}
	}
	if j.Base == nil {
		return baseline{reason: j.Degraded}
	}
	event := j.Event
	event.Name = "base"
	p, err := discover.Build(ctx, j.Base, j.cfg, event, j.BaseSelection(j.cfg))
	if err != nil {
		return baseline{reason: "the base commit could not be read: " + err.Error()}
	}
	stages = slices.DeleteFunc(slices.Clone(stages), func(s stage.Stage) bool { return !slices.Contains(static[:], s.Name()) })
	b := baseline{plan: p, runs: a.runStages(ctx, stages, p, j.cfg)}
	e := a.accepted(j, p, b.runs)
	defer source.Forget(j.Tree, j.Base)
	b.exceptions, b.unreadable, b.settings = e.inline, e.unreadable, aboutEntries(j, p, b.runs)
	return b
}

// failOn resolves the default: what a change introduces where a change is under test, or
// where a commit to compare with was named.
func (j *job) failOn() string {
	switch {
	case j.cfg.FailOn != "":
		return j.cfg.FailOn
	case j.Proposal(), j.compared:
		return "new"
	default:
		return "all"
	}
}

func target(w *workspace.Workspace) report.Target {
	return report.Target{
		Root: w.Root, Commit: w.Event.Commit, Ref: w.Event.Ref, Event: w.Event.Name, Base: w.Event.Base,
		Trust: string(w.Trust.Class), Reason: w.Reason(), Policy: string(w.Trust.Policy), PolicyCommit: w.PolicyCommit,
	}
}
