package source

import (
	"github.com/stella-ops/assure/internal/finding"
)

// relater is a locator that knows more places about a value than the one it stands in.
type relater interface {
	Related(path []any) []finding.Related
}

// RelatedPlaces asks a locator for further places, if it knows any.
func RelatedPlaces(l Locator, path []any) []finding.Related {
	if r, ok := l.(relater); ok {
		return r.Related(path)
	}
	return nil
}
