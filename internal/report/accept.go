package report

import (
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
)

// accepting returns the first exception that holds for f today, nil without one.
func accepting(exceptions []config.Exception, f finding.Finding, now time.Time, t trust) *config.Exception {
	for i := range exceptions {
		if e := &exceptions[i]; !e.Expires.Passed(now) && matches(*e, f) && t.holds(*e, f) {
			return e
		}
	}
	return nil
}

// matches reports whether the exception is for the finding. Files of other tools know
// nothing of gaps.
func matches(e config.Exception, f finding.Finding) bool {
	switch {
	case e.Source == config.InlineSource && !commentCovers(e, f):
		return false
	case e.Source != config.InlineSource && e.Source != "" && strings.HasPrefix(f.Rule, gap.Prefix):
		return false
	}
	return names(e, f) && everywhere(e.Path, f) && calls(e.Subject, f) && concerns(e.Packages, f)
}

// calls reports whether the pattern means the finding's subject by one of its names.
func calls(pattern string, f finding.Finding) bool {
	return globMatches(pattern, f.Subject) || f.Alias != "" && globMatches(pattern, f.Alias)
}

// globMatches treats an empty pattern as "any". Subjects are package URLs and service
// names as often as paths, so a pattern also matches by being equal.
func globMatches(pattern, s string) bool {
	return pattern == "" || pattern == s || doublestar.MatchUnvalidated(pattern, s)
}

// used reports whether the exception matches a finding for which the condition is true.
func used(e config.Exception, all []finding.Finding, when func(config.Exception, finding.Finding) bool) bool {
	return slices.ContainsFunc(all, func(f finding.Finding) bool { return matches(e, f) && when(e, f) })
}

// asFinding is the gap as exceptions see it. One about a file as a whole stands at its
// beginning.
func asFinding(g finding.Gap) finding.Finding {
	f := finding.Finding{Rule: g.Rule, Location: g.Location, Subject: g.Subject}
	f.Location.URI = strings.TrimSuffix(f.Location.URI, "/")
	f.Location.Region.StartLine = max(f.Location.Region.StartLine, 1)
	return f
}

// exceptable are all that exceptions may be about: findings, and gaps as such.
func exceptable(runs []StageRun) (all []finding.Finding) {
	for _, run := range runs {
		all = append(all, run.Set.Findings...)
		for _, g := range run.Set.Gaps {
			if acceptable(g) {
				all = append(all, asFinding(g))
			}
		}
	}
	return all
}

// acceptable reports whether an exception may accept the gap: it is of a known kind that
// is not final.
func acceptable(g finding.Gap) bool {
	_, known := gap.Lookup(g.Rule)
	return known && gap.Refusal(g.Rule) == ""
}
