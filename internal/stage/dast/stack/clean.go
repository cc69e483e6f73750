package stack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Cleaned is what Clean did.
type Cleaned struct {
	// Removed is the number of things that are gone.
	Removed int
	// Living are the runs that go on, and Unknown those of which that cannot be known
	// from here. Nothing of theirs was removed.
	Living, Unknown []string
}

// Clean removes what runs that are over left on the engine; dir is where runs hold their
// marks. Nothing without our label is touched.
func Clean(ctx context.Context, e *Engine, dir string) (c Cleaned, err error) {
	owners, err := runs(ctx, e)
	if err != nil {
		return c, err
	}
	var errs []error
	for _, run := range slices.Sorted(maps.Keys(owners)) {
		switch e.life(ctx, dir, run, owners[run]) {
		case living:
			c.Living = append(c.Living, run)
		case unknown:
			c.Unknown = append(c.Unknown, run)
		case over:
			n, err := CleanRun(ctx, e, run)
			c.Removed, errs = c.Removed+n, append(errs, err)
		}
	}
	return c, errors.Join(append(errs, forget(dir, owners))...)
}

// runs maps the runs that have something on the engine to the containers that own them,
// empty for those that no container owns.
func runs(ctx context.Context, e *Engine) (map[string]string, error) {
	owners := map[string]string{}
	for _, list := range lists {
		found, err := list(ctx, e, "")
		if err != nil {
			return nil, err
		}
		for _, l := range found {
			owners[l.labels[RunLabel]] = l.labels[OwnerLabel]
		}
	}
	return owners, nil
}

// forget removes the marks of runs that are over and have nothing on the engine: those
// of a killed run are needed until then.
func forget(dir string, owners map[string]string) error {
	marks, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("list runs: %w", err)
	}
	var errs []error
	for _, m := range marks {
		if _, ok := owners[m.Name()]; !ok && marked(dir, m.Name()) == over {
			errs = append(errs, os.Remove(filepath.Join(dir, m.Name())))
		}
	}
	return errors.Join(errs...)
}
