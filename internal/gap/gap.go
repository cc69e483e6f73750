// Package gap lists the kinds of things that a stage may fail to see. A gap is data like a
// finding: it has a rule, a place, a subject and a way out.
package gap

import (
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
)

// Prefix begins the id of every kind.
const Prefix = "gap/"

// Rule is one kind of gap.
type Rule struct {
	finding.Rule
	// Content is true when only the repository's content decides whether the gap is there.
	// Such a gap can be older than a change; one of data, network, engine or time cannot.
	Content bool
	// Final is true when no exception may accept the gap: the file or the program is broken,
	// and nobody can say what was missed.
	Final bool
}

// Lookup returns the rule with the id, false when there is none.
func Lookup(id string) (Rule, bool) {
	i := slices.IndexFunc(rules[:], func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return rules[i], true
}

// Refusal says why no exception may name the rule; empty when one may, or when it is no
// gap at all.
func Refusal(rule string) string {
	kind, ok := Lookup(rule)
	switch {
	case !strings.HasPrefix(rule, Prefix):
		return ""
	case !ok:
		return rule + " is no kind of gap; assure rules lists them"
	case kind.Final:
		return rule + " can never be accepted, because nobody can say what was missed; fix the file, or exclude it"
	}
	return ""
}

// Rules are all kinds of gaps, sorted by id.
func Rules() []Rule {
	return slices.SortedFunc(slices.Values(rules[:]), func(a, b Rule) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
}
