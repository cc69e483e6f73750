package hardening

import (
	"slices"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
)

// relater is a locator that knows more places about a value than the one it stands in:
// what it overrides, and how it came to its service.
type relater interface {
	Related(path []any) []finding.Related
}

// explain adds the further places of a finding's value, each place once.
func explain(f *finding.Finding, doc *plan.Document, path []any) {
	r, ok := doc.Locator.(relater)
	if !ok {
		return
	}
	for _, more := range r.Related(path) {
		known := slices.ContainsFunc(f.Related, func(o finding.Related) bool { return o.Location == more.Location })
		if !known && more.Location != f.Location {
			f.Related = append(f.Related, more)
		}
	}
}
