package config

import (
	"cmp"
	"errors"
	"slices"
)

// Mistakes joins errors, nil and repeated ones left out, in the order of the file; those
// without a place come last.
func Mistakes(errs ...error) error {
	all := flat(errs)
	slices.SortStableFunc(all, func(a, b error) int {
		x, placed := errors.AsType[*Error](a)
		y, too := errors.AsType[*Error](b)
		if !placed || !too {
			return cmp.Compare(rank(placed), rank(too))
		}
		return x.Location.Compare(y.Location)
	})
	return errors.Join(slices.CompactFunc(all, func(a, b error) bool { return a.Error() == b.Error() })...)
}

func rank(placed bool) int {
	if placed {
		return 0
	}
	return 1
}

func flat(errs []error) (all []error) {
	for _, err := range errs {
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			all = append(all, flat(joined.Unwrap())...)
		} else if err != nil {
			all = append(all, err)
		}
	}
	return all
}
