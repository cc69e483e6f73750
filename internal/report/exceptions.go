package report

import (
	"fmt"
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
)

// dependencyScan is the stage whose findings the files of other tools accept.
const dependencyScan = "deps"

// exceptionStage is the name of the pseudo-stage that judges the exceptions themselves.
const exceptionStage = "exceptions"

var (
	expiredRule = finding.Rule{
		ID: "assure/exception-expired", Severity: finding.Medium,
		Title:       "An exception has expired",
		Description: "What was accepted was to be looked at again by a day that has passed. It counts again from that day on.",
		Remediation: "Fix the finding or the gap, or renew the exception with a new day and a reason that still holds.",
	}
	unusedRule = finding.Rule{
		ID: "assure/exception-unused", Severity: finding.Low,
		Title:       "An exception matches nothing",
		Description: "What it accepted is gone. Left in place it would hide the next one of its kind.",
		Remediation: "Remove the exception.",
	}
	unreadableRule = finding.Rule{
		ID: "assure/exception-unreadable", Severity: finding.Medium,
		Title:       "An exception cannot be read",
		Description: "An entry of a comment, an ignore file or a VEX document is not understood. It accepts nothing, whatever its author meant.",
		Remediation: "Correct the entry as the message says, or remove it.",
	}
)

// Rules are the rules about exceptions and settings themselves.
func Rules() []finding.Rule {
	return []finding.Rule{expiredRule, unusedRule, unreadableRule, excludeUnusedRule, settingUnusedRule, generatedMissingRule, brokenRule, gateChangedRule}
}

// judgeExceptions sorts the exceptions and makes findings of those that are expired or
// unused. Unused ones are judged only when the stages of their rule saw everything,
// because a stage that did not run cannot have used its exceptions.
func (r *Report) judgeExceptions(in Input, t trust) (StageRun, bool) {
	if len(in.Exceptions)+len(in.Unreadable)+len(in.Settings) == 0 {
		return StageRun{}, false
	}
	run := StageRun{Name: exceptionStage, State: Passed}
	run.Set.Rules = Rules()
	run.Set.Cover("exceptions", len(in.Exceptions))
	all := exceptable(in.Runs)
	run.Set.Findings = slices.Clone(in.Settings)
	for _, e := range in.Exceptions {
		switch {
		case e.Expires.Passed(in.Now):
			r.Exceptions.Expired = append(r.Exceptions.Expired, e)
			run.Set.Findings = append(run.Set.Findings, about(e, expiredRule, fmt.Sprintf("the exception for %s expired on %s", e.Rule, e.Expires)))
		case used(e, all, t.waits):
			r.Exceptions.Pending = append(r.Exceptions.Pending, e)
		case used(e, all, t.holds):
			r.Exceptions.Used = append(r.Exceptions.Used, e)
		case !in.Partial && sawEverything(judging(e, in.Runs)):
			r.Exceptions.Unused = append(r.Exceptions.Unused, e)
			run.Set.Findings = append(run.Set.Findings, about(e, unusedRule, fmt.Sprintf("the exception for %s matches nothing", e.Rule)))
		}
	}
	for _, g := range in.Unreadable {
		run.Set.Findings = append(run.Set.Findings, unreadable(g))
	}
	if len(run.Set.Findings) > 0 {
		run.State = HasFindings
	}
	return run, true
}

// atBase is what the base commit says about the same exceptions: those of the policy, and
// those in its own files.
func (in Input) atBase() Input {
	policy := slices.DeleteFunc(slices.Clone(in.Exceptions), func(e config.Exception) bool { return e.Source == config.InlineSource })
	in.Runs, in.Exceptions = in.Base, slices.Concat(policy, in.BaseExceptions)
	in.Unreadable, in.Settings = in.BaseUnreadable, in.BaseSettings
	return in
}

// standing are the identities of what may be said about an exception that the base commit
// has too. That it matches nothing any more is no harm that a change does: mostly its
// author has fixed what it accepted.
func (in Input) standing() map[string]bool {
	known := map[string]bool{}
	if in.Base == nil {
		return known
	}
	for _, e := range in.atBase().Exceptions {
		for _, rule := range [...]finding.Rule{expiredRule, unusedRule} {
			f := about(e, rule, "")
			known[f.Fingerprint()] = true
			if in.Change != nil {
				if g, ok := in.Change.Successor(f); ok {
					known[g.Fingerprint()] = true
				}
			}
		}
	}
	return known
}

// judging are the runs that can have used the exception: those that know its rule. Where
// none does it can be any.
func judging(e config.Exception, runs []StageRun) []StageRun {
	knows := func(run StageRun) bool {
		return slices.ContainsFunc(run.Set.Rules, func(r finding.Rule) bool { return r.ID == e.Rule })
	}
	if e.Source != "" && e.Source != config.InlineSource || config.Advisory(e.Rule) {
		knows = func(run StageRun) bool { return run.Name == dependencyScan }
	}
	if own := slices.DeleteFunc(slices.Clone(runs), func(run StageRun) bool { return !knows(run) }); len(own) > 0 {
		return own
	}
	return runs
}

func unreadable(g finding.Gap) finding.Finding {
	return finding.Finding{
		Rule: unreadableRule.ID, Severity: unreadableRule.Severity, Message: g.Message, Location: g.Location,
		Subject: g.Location.URI, Key: g.Message,
	}
}

func about(e config.Exception, rule finding.Rule, message string) finding.Finding {
	return finding.Finding{
		Rule: rule.ID, Severity: rule.Severity, Message: message, Location: e.Location,
		Subject: e.Rule, Key: e.Path + "\x00" + e.Subject + packagesKey(e),
	}
}

// ranFully reports whether the named stage ran and saw everything.
func ranFully(name string, runs []StageRun) bool {
	i := slices.IndexFunc(runs, func(run StageRun) bool { return run.Name == name })
	return i >= 0 && sawEverything(runs[i:i+1])
}

func sawEverything(runs []StageRun) bool {
	for _, run := range runs {
		if run.State == Skipped || run.State == Degraded || run.State == Failed {
			return false
		}
	}
	return true
}
