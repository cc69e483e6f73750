package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// How long taking a stack down may take: in general, which fits into the grace that a
// stage has, and after an interrupt, when a runner kills us ten seconds later.
const (
	downTimeout  = 20 * time.Second
	InterruptEnd = 5 * time.Second
)

// Down is DownWithin the usual time.
func (s *Stack) Down() error { return s.DownWithin(downTimeout) }

// DownWithin removes everything that the run created: kills and removes containers, leaves
// and removes networks, removes volumes and built images. It goes by label, so it may
// be called at any time and more than once, and it does not listen to any caller's
// deadline.
func (s *Stack) DownWithin(limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	var errs []error
	if s.temp != "" {
		errs = append(errs, os.RemoveAll(s.temp))
	}
	if _, err := CleanRun(ctx, s.engine, s.o.Run); err != nil {
		return fmt.Errorf("take stack down: %w; remove the rest with \"assure clean --run %s\"", errors.Join(append(errs, err)...), s.o.Run)
	}
	return errors.Join(errs...)
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
