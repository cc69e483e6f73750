package dast

import (
	"context"
	"time"

	"github.com/stella-ops/assure/internal/stage/dast/stack"
)

// Clean removes what earlier tests left on the engine at host and that is at least as
// old as the given age. It returns how many things it removed; nothing without our
// label is touched.
func Clean(ctx context.Context, host string, now time.Time, olderThan time.Duration) (int, error) {
	e, err := stack.Open(ctx, host)
	if err != nil {
		return 0, err
	}
	defer e.Close()
	return stack.Clean(ctx, e, now, olderThan)
}
