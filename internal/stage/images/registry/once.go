package registry

import (
	"context"
	"sync"
)

// Once asks every question once and remembers the answer, errors too, because asking
// again costs the rate limit and could be answered differently.
type Once[V any] struct {
	mu    sync.Mutex
	calls map[string]*call[V]
}

type call[V any] struct {
	done  chan struct{}
	value V
	err   error
}

// Get returns the answer for key, asking with ask if nobody has.
func (o *Once[V]) Get(ctx context.Context, key string, ask func() (V, error)) (V, error) {
	o.mu.Lock()
	c, ok := o.calls[key]
	if !ok {
		c = &call[V]{done: make(chan struct{})}
		if o.calls == nil {
			o.calls = map[string]*call[V]{}
		}
		o.calls[key] = c
	}
	o.mu.Unlock()
	if !ok {
		defer close(c.done)
		c.value, c.err = ask()
		return c.value, c.err
	}
	select {
	case <-c.done:
		return c.value, c.err
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}
