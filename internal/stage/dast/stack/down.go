package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
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
	// A request that was cut off may still take effect, so the sweep ends only when
	// the engine has shown twice in a row that nothing is left.
	for calm := 0; calm < 2; {
		n, err := sweep(ctx, s.engine, s.o.Run, func(time.Time) bool { return true })
		if err != nil && ctx.Err() != nil || errdefs.IsUnavailable(err) || client.IsErrConnectionFailed(err) {
			return fmt.Errorf("take stack down: %w; remove the rest with \"assure clean\"", errors.Join(append(errs, err)...))
		}
		if calm++; n > 0 || err != nil {
			calm = 0
		}
		if calm < 2 {
			pause(ctx, poll)
		}
	}
	return errors.Join(errs...)
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
