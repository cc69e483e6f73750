package cli

import (
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/discover"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/deps/accepted"
)

// exceptions are those of the configuration, of the files in which users of other tools
// accept vulnerabilities, and of comments in the judged files. All but the last come from
// the trusted commit; the report asks the base commit about those.
type exceptions struct {
	held []config.Exception
	// inline are those of comments.
	inline []config.Exception
	// pending are those that only the change under test has. They are shown and take
	// effect once the change is merged.
	pending    []config.Exception
	unreadable []finding.Gap
}

// exceptions gathers them. Those of other tools' files are read when the dependency scan runs: no
// other stage has findings that they are about.
func (a *app) exceptions(j *job, p *plan.Plan, runs []report.StageRun) exceptions {
	e := a.accepted(j, p, runs)
	if j.ChangeUnderTest() {
		e.pending = slices.DeleteFunc(a.proposed(j, p.LockFiles), func(x config.Exception) bool { return holds(e.held, x) })
	}
	return e
}

// accepted are the exceptions of the policy and those in the files of a plan.
func (a *app) accepted(j *job, p *plan.Plan, runs []report.StageRun) exceptions {
	e := exceptions{held: j.cfg.Exceptions}
	if j.cfg.Runs("deps") {
		more, problems := accepted.Read(j.Trusted(), whereAccepted(j.cfg, p.LockFiles))
		e.held, e.unreadable = slices.Concat(e.held, more), problems
	}
	inline, problems := inlineExceptions(p, runs)
	known, unknown := a.understood(j, inline)
	e.inline, e.held = known, slices.Concat(e.held, known)
	e.unreadable = slices.Concat(e.unreadable, problems, unknown)
	return e
}

// inlineExceptions are those in comments of the judged files, and of the files in which
// something was not seen.
func inlineExceptions(p *plan.Plan, runs []report.StageRun) ([]config.Exception, []finding.Gap) {
	list, unreadable := discover.Exceptions(p)
	read := map[string]bool{"": true}
	for _, e := range list {
		read[e.Location.URI] = true
	}
	for _, g := range unreadable {
		read[g.Location.URI] = true
	}
	for _, run := range runs {
		for _, g := range run.Set.Gaps {
			name := g.Location.URI
			if read[name] || configfile.IsProse(name) {
				continue
			}
			read[name] = true
			if data, err := p.Tree.Read(name, source.MaxFileBytes); err == nil {
				l, u := config.InlineExceptions(name, data)
				list, unreadable = append(list, l...), append(unreadable, u...)
			}
		}
	}
	return list, unreadable
}

// proposed are the exceptions of the change under test; a configuration that does not
// load has none.
func (a *app) proposed(j *job, lockFiles []string) []config.Exception {
	var all []config.Exception
	if head, err := a.headConfig(j.Tree); err == nil {
		all = head.Exceptions
	}
	if j.cfg.Runs("deps") {
		more, _ := accepted.Read(j.Tree, whereAccepted(j.cfg, lockFiles))
		all = slices.Concat(all, more)
	}
	return all
}

// whereAccepted says where the configuration, which no change under test chooses, wants
// such files to be looked for.
func whereAccepted(cfg config.Config, lockFiles []string) accepted.Where {
	return accepted.Where{LockFiles: lockFiles, IgnoreFiles: cfg.Deps.IgnoreFiles, VEX: cfg.Deps.VEX}
}

func (a *app) headConfig(tree *source.Tree) (config.Config, error) {
	name, data, err := findConfig(tree, a.flags.config)
	if err != nil || data == nil {
		return config.Config{}, err
	}
	return config.Load(config.Sources{File: name, Data: data})
}

// holds reports whether the exception is among those, wherever it stands.
func holds(all []config.Exception, e config.Exception) bool {
	return slices.ContainsFunc(all, func(held config.Exception) bool {
		held.Location = e.Location
		return held == e
	})
}
