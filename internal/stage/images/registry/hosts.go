package registry

import (
	"context"
	"sync"
)

// hosts gives each host a number of turns at a time.
type hosts struct {
	mu    sync.Mutex
	turns map[string]chan struct{}
}

// enter waits for a turn with the host; leave ends it.
func (h *hosts) enter(ctx context.Context, host string) (leave func(), err error) {
	h.mu.Lock()
	turns, ok := h.turns[host]
	if !ok {
		turns = make(chan struct{}, perHost)
		if h.turns == nil {
			h.turns = map[string]chan struct{}{}
		}
		h.turns[host] = turns
	}
	h.mu.Unlock()
	select {
	case turns <- struct{}{}:
		return func() { <-turns }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
