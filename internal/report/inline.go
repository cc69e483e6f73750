package report

import (
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
)

// trust knows which exceptions inside files the base commit has too, each with the
// finding that it accepts there. A nil trust trusts them all: no change is under test.
type trust map[twin]bool

// twin is an exception with a finding, without their lines.
type twin struct{ fingerprint, rule, until, reason, owner string }

func twinOf(e config.Exception, f finding.Finding) twin {
	return twin{f.Fingerprint(), e.Rule, e.Expires.String(), e.Reason, e.Owner}
}

func inlineTrust(in Input) trust {
	if !in.ChangeUnderTest {
		return nil
	}
	t := trust{}
	for _, f := range exceptable(in.Base) {
		for _, e := range in.BaseExceptions {
			if !matches(e, f) {
				continue
			}
			t[twinOf(e, f)] = true
			if in.Change == nil {
				continue
			}
			if g, ok := in.Change.Successor(f); ok {
				t[twinOf(e, g)] = true
			}
		}
	}
	return t
}

// holds reports whether the exception may accept the finding.
func (t trust) holds(e config.Exception, f finding.Finding) bool {
	return e.Source != config.InlineSource || t == nil || t[twinOf(e, f)]
}

// waits reports whether it will, once the change is merged.
func (t trust) waits(e config.Exception, f finding.Finding) bool { return !t.holds(e, f) }

// commentCovers reports whether a finding stands in the lines that an exception inside a file
// covers. One that stands in other files too is more than the file can accept.
func commentCovers(e config.Exception, f finding.Finding) bool {
	return e.Path == f.Location.URI && e.Lines.Contains(f.Location.Region.StartLine) &&
		!slices.ContainsFunc(f.Targets(), func(uri string) bool { return uri != e.Path })
}
