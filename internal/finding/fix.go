package finding

import (
	"cmp"
	"errors"
	"slices"
)

// ErrOverlap marks edits of which one changes what another one changes too.
var ErrOverlap = errors.New("edits overlap")

// Apply makes the edits in a copy of data. Insertions at one place keep their order;
// edits that overlap or lie outside of data are an error.
func Apply(data []byte, edits []Edit) ([]byte, error) {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b Edit) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
	var out []byte
	done := 0
	for _, e := range sorted {
		if e.Start < done || e.End < e.Start || e.End > len(data) {
			return nil, ErrOverlap
		}
		out = append(append(out, data[done:e.Start]...), e.Text...)
		done = e.End
	}
	return append(out, data[done:]...), nil
}
