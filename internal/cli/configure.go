package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/all"
	"github.com/stella-ops/assure/internal/workspace"
)

// configure loads the configuration from the trusted tree; from the change's own, as far
// as it loosens nothing, when it is the first.
func (a *app) configure(w *workspace.Workspace) (config.Config, error) {
	s := config.Sources{Env: a.LookupEnv, Flags: a.given()}
	if a.adopts(w) {
		return a.adopt(w, s)
	}
	name, data, err := findConfig(w.Trusted(), a.flags.config)
	if err == nil && a.flags.config == "" {
		err = unread(w)
	}
	if err != nil {
		return config.Config{}, err
	}
	s.File, s.Data = name, data
	return config.Load(s)
}

// findConfig reads the named file, or the one of the usual ones that exists.
func findConfig(tree *source.Tree, name string) (string, []byte, error) {
	if name == "" {
		found := slices.DeleteFunc(slices.Clone(config.Files[:]), func(f string) bool { return !tree.Has(f) })
		if len(found) > 1 {
			return "", nil, fmt.Errorf("there are %d configuration files, %s: move all settings into one of them and remove the others", len(found), strings.Join(found, " and "))
		}
		if len(found) == 0 {
			return "", nil, nil
		}
		name = found[0]
	}
	data, err := tree.Read(filepath.ToSlash(name), source.MaxFileBytes)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w; the configuration file is named by its path from the top of the repository", err)
	}
	return name, data, err
}

// unread refuses configuration files between the directory that was named and the root:
// whoever wrote one believes that it holds.
func unread(w *workspace.Workspace) error {
	for dir := w.Sub; dir != "" && dir != "."; dir = path.Dir(dir) {
		for _, f := range config.Files {
			if f = path.Join(dir, f); w.Trusted().Has(f) {
				return fmt.Errorf("%s is not read: the configuration stands at the top of the repository; move its settings there, or name it with --config %s", f, f)
			}
		}
	}
	return nil
}

// ruleIDs are the ids that exceptions may name, as far as the engine has read the rules.
func ruleIDs(engine *policy.Engine) []string {
	var ids []string
	for _, r := range slices.Concat(engine.Rules(), all.Rules(), report.Rules()) {
		ids = append(ids, r.ID)
	}
	for _, r := range gap.Rules() {
		ids = append(ids, r.ID)
	}
	return ids
}

// everyRule reads the rules of all kinds and profiles.
func (a *app) everyRule(w *workspace.Workspace, cfg config.Config) (*policy.Engine, error) {
	more, err := workspace.Packs(a.policyTree(w), cfg.Hardening.Packs)
	if err != nil {
		return nil, err
	}
	_, engine, err := knownRules(more...)
	return engine, err
}

// misnamed are the mistakes that only the rules can tell: ids in exceptions and
// parameters.
func (a *app) misnamed(w *workspace.Workspace, cfg config.Config) error {
	engine, err := a.everyRule(w, cfg)
	if err != nil {
		return err
	}
	return config.Mistakes(atSetting(cfg, engine.Configure(cfg.Hardening.Params)), cfg.CheckRules(ruleIDs(engine)))
}

// understood splits the exceptions in comments by whether there is such a rule.
func (a *app) understood(j *job, list []config.Exception) (known []config.Exception, unknown []finding.Gap) {
	ids := ruleIDs(j.engine)
	strange := func(e config.Exception) bool { return config.UnknownRule(e.Rule, ids) != "" }
	if slices.ContainsFunc(list, strange) {
		if engine, err := a.everyRule(j.Workspace, j.cfg); err == nil {
			ids = ruleIDs(engine)
		}
	}
	for _, e := range list {
		if msg := config.UnknownRule(e.Rule, ids); msg != "" {
			unknown = append(unknown, finding.Gap{Location: e.Location, Message: "exception in a comment: " + msg})
			continue
		}
		known = append(known, e)
	}
	return known, unknown
}
