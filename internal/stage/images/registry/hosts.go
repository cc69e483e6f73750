package registry

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// hosts gives each host a number of turns at a time, and knows what it still grants.
type hosts struct {
	mu    sync.Mutex
	turns map[string]chan struct{}
	left  map[string]int
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

// noteLeft remembers how many pulls the host still grants: "76;w=21600".
func (h *hosts) noteLeft(host, header string) {
	text, _, _ := strings.Cut(header, ";")
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.left == nil {
		h.left = map[string]int{}
	}
	h.left[host] = n
}

func (h *hosts) pulls(host string) (left int, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	left, known = h.left[host]
	return left, known
}

// pull tells a request that registries count: a manifest by GET, not by HEAD.
func pull(req *http.Request) bool {
	return req.Method == http.MethodGet && strings.Contains(req.URL.Path, "/manifests/")
}

// pullsError is a pull that was left to those who deploy.
type pullsError struct{ left int }

// Error says how many are left.
func (e *pullsError) Error() string {
	return fmt.Sprintf("it leaves %d pulls, which are left to those who deploy", e.left)
}
