package report

import (
	"fmt"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
)

// exceptionStage is the name of the pseudo-stage that judges the exceptions themselves.
const exceptionStage = "exceptions"

var (
	expiredRule = finding.Rule{
		ID: "assure/exception-expired", Severity: finding.Medium,
		Title:       "An exception has expired",
		Description: "An accepted finding was to be looked at again by a day that has passed. It counts again from that day on.",
		Remediation: "Mend the finding, or renew the exception with a new day and a reason that still holds.",
	}
	unusedRule = finding.Rule{
		ID: "assure/exception-unused", Severity: finding.Low,
		Title:       "An exception matches nothing",
		Description: "The finding that it accepted is gone. Left in place it would hide the next one of its kind.",
		Remediation: "Remove the exception.",
	}
)

// Rules are the rules about exceptions themselves.
func Rules() []finding.Rule { return []finding.Rule{expiredRule, unusedRule} }

// accepting returns the first exception that holds for f today, nil without one.
func accepting(exceptions []config.Exception, f finding.Finding, now time.Time) *config.Exception {
	for i := range exceptions {
		if e := &exceptions[i]; !e.Expires.Passed(now) && matches(*e, f) {
			return e
		}
	}
	return nil
}

func matches(e config.Exception, f finding.Finding) bool {
	line := f.Location.Region.StartLine
	if e.First > 0 && (line < e.First || line > e.Last || e.Path != f.Location.URI) {
		return false
	}
	return e.Rule == f.Rule && globMatches(e.Path, f.Location.URI) && globMatches(e.Subject, f.Subject)
}

// globMatches treats an empty pattern as "any". Subjects are package URLs and service
// names as often as paths, so a pattern also matches by being equal.
func globMatches(pattern, s string) bool {
	return pattern == "" || pattern == s || doublestar.MatchUnvalidated(pattern, s)
}

// judgeExceptions sorts the exceptions and makes findings of those that are expired or
// unused. Unused ones are judged only when every stage saw everything, because a stage
// that did not run cannot have used its exceptions.
func (r *Report) judgeExceptions(in Input) (StageRun, bool) {
	if len(in.Exceptions) == 0 {
		return StageRun{}, false
	}
	run := StageRun{Name: exceptionStage, State: Passed}
	run.Set.Rules = Rules()
	run.Set.Cover("exceptions", len(in.Exceptions))
	complete := !in.Partial && sawEverything(in.Runs)
	for _, e := range in.Exceptions {
		switch {
		case e.Expires.Passed(in.Now):
			r.Exceptions.Expired = append(r.Exceptions.Expired, e)
			run.Set.Findings = append(run.Set.Findings, about(e, expiredRule, fmt.Sprintf("the exception for %s expired on %s", e.Rule, e.Expires)))
		case used(e, in.Runs):
			r.Exceptions.Used = append(r.Exceptions.Used, e)
		case complete:
			r.Exceptions.Unused = append(r.Exceptions.Unused, e)
			run.Set.Findings = append(run.Set.Findings, about(e, unusedRule, fmt.Sprintf("the exception for %s matches no finding", e.Rule)))
		}
	}
	if len(run.Set.Findings) > 0 {
		run.State = HasFindings
	}
	return run, true
}

func about(e config.Exception, rule finding.Rule, message string) finding.Finding {
	return finding.Finding{
		Rule: rule.ID, Severity: rule.Severity, Message: message, Location: e.Location,
		Subject: e.Rule, Key: e.Path + "\x00" + e.Subject,
	}
}

func used(e config.Exception, runs []StageRun) bool {
	for _, run := range runs {
		for _, f := range run.Set.Findings {
			if matches(e, f) {
				return true
			}
		}
	}
	return false
}

func sawEverything(runs []StageRun) bool {
	for _, run := range runs {
		if run.State == Skipped || run.State == Degraded || run.State == Failed {
			return false
		}
	}
	return true
}
