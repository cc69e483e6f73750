package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/stella-ops/assure/internal/cli/proposal"
	"github.com/stella-ops/assure/internal/cli/unused"
	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/pending"
	"github.com/stella-ops/assure/internal/pending/files"
	"github.com/stella-ops/assure/internal/pending/gate"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/trust"
	"github.com/stella-ops/assure/internal/workspace"
)

// aboutExclude are the findings about patterns that match nothing.
func aboutExclude(cfg config.Config, p *plan.Plan) (all []finding.Finding) {
	for _, i := range p.Listing.Unused {
		all = append(all, report.ExcludeUnused(cfg.Exclude[i], cfg.At(fmt.Sprintf("exclude[%d]", i))))
	}
	return all
}

// aboutEntries are the findings about entries of the settings that match nothing.
func aboutEntries(j *job, p *plan.Plan, runs []report.StageRun) []finding.Finding {
	return slices.Concat(aboutExclude(j.cfg, p), unused.Settings(j.cfg, p, runs, j.Sub != ""))
}

// aboutSettings is what there is to say about the settings of the run, and about those
// that the change under test brings.
func (a *app) aboutSettings(j *job, p *plan.Plan, runs []report.StageRun) proposal.Outcome {
	all := aboutEntries(j, p, runs)
	for i, dir := range j.cfg.Generated {
		if !j.Tree.Has(dir) {
			all = append(all, report.GeneratedMissing(dir, j.cfg.At(fmt.Sprintf("generated[%d]", i))))
		}
	}
	if !j.ChangeUnderTest() {
		return proposal.Outcome{Findings: all}
	}
	head, err := a.headConfig(j.Tree)
	if err != nil {
		all = append(all, broken(j, err)...)
	}
	out := a.proposal(j, p, head, err == nil)
	out.Findings = slices.Concat(all, out.Findings)
	return out
}

// broken are the findings about the configuration of a change that does not load.
func broken(j *job, err error) (all []finding.Finding) {
	for _, mistake := range unjoin(err) {
		at, text := finding.Top(config.Files[0]), mistake.Error()
		if e, ok := errors.AsType[*config.Error](mistake); ok {
			at, text = e.Location, e.Message
		} else if i := slices.IndexFunc(config.Files[:], j.Tree.Has); i >= 0 {
			at = finding.Top(config.Files[i])
		}
		all = append(all, report.BrokenConfiguration(text, at))
	}
	return all
}

// proposal compares the policy of the change with that of its base.
func (a *app) proposal(j *job, p *plan.Plan, head config.Config, loads bool) proposal.Outcome {
	tree := j.Base
	if tree == nil {
		tree = j.Trusted()
	}
	if tree == nil {
		return proposal.Outcome{}
	}
	base, err := a.headConfig(tree)
	if err != nil || base.Origin == "" {
		base = config.Default()
	}
	if head.Origin == "" {
		head = config.Default()
	}
	name, data, _ := findConfig(tree, a.flags.config)
	return proposal.Judge(proposal.Proposal{
		Base:     files.Side{Tree: tree, Config: base, LockFiles: p.LockFiles},
		Head:     files.Side{Tree: j.Tree, Config: head, LockFiles: p.LockFiles},
		BaseFile: gate.Settings{File: name, Data: data}, Rules: ruleIDs, Loads: loads, Adopted: a.adopted(j),
	}, j.Tree)
}

// adopts reports whether the change under test is the first to bring a configuration: the
// base has none, and nothing that runs the gate. A stranger's change adopts nothing, and so
// does one whose base could not be read.
func (a *app) adopts(w *workspace.Workspace) bool {
	base := w.Trusted()
	if !w.ChangeUnderTest() || w.Event.Strict || w.Trust.Policy == trust.BuiltIn {
		return false
	}
	_, before, err := findConfig(base, a.flags.config)
	if err != nil && !errors.Is(err, fs.ErrNotExist) || before != nil || gate.Runs(base.FS()) {
		return false
	}
	_, after, err := findConfig(w.Tree, a.flags.config)
	return err == nil && after != nil
}

// adopted reports whether the change's own configuration counts, as far as it may.
func (a *app) adopted(j *job) bool { return j.cfg.Origin != "" && a.adopts(j.Workspace) }

// adopt is the built-in policy with what the change's own configuration does not loosen;
// one that is broken counts for nothing.
func (a *app) adopt(w *workspace.Workspace, s config.Sources) (config.Config, error) {
	builtin, err := config.Load(s)
	if err != nil {
		return builtin, err
	}
	own, ok := a.ownConfig(w, s)
	if !ok {
		return builtin, nil
	}
	effective, _ := pending.Adopt(builtin, own)
	return effective, nil
}

// ownConfig is the change's own configuration, provided that all of it can be read.
func (a *app) ownConfig(w *workspace.Workspace, s config.Sources) (config.Config, bool) {
	var err error
	if s.File, s.Data, err = findConfig(w.Tree, a.flags.config); err != nil {
		return config.Config{}, false
	}
	head, err := config.Load(s)
	return head, err == nil && len(files.Broken(files.Side{}, files.Side{Tree: w.Tree, Config: head}, ruleIDs)) == 0
}

// policyTree is where the files that the configuration names are read from.
func (a *app) policyTree(w *workspace.Workspace) *source.Tree {
	if a.adopts(w) {
		return w.Tree
	}
	return w.Trusted()
}
