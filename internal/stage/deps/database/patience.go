package database

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// longestPause is how long a registry may make us wait.
const longestPause = time.Minute

// pause is the time before round n+1: what a registry asked for, else longer each time.
func (s *Store) pause(n int) time.Duration {
	if asked := time.Duration(s.retryAfter.Load()) * time.Second; asked > 0 {
		return min(asked, longestPause)
	}
	return time.Duration(1<<(2*n-1)) * time.Second
}

// busy tells whether the registries said to come again later. One that cannot be
// reached at all is not asked again: the cache or the user must help.
func busy(err error) bool {
	var te *transport.Error
	return errors.As(err, &te) && (te.StatusCode == http.StatusTooManyRequests || te.StatusCode == http.StatusServiceUnavailable)
}

// hinted remembers how long registries ask to wait.
type hinted struct {
	next       http.RoundTripper
	retryAfter *atomic.Int64
}

func (h *hinted) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := h.next.RoundTrip(req)
	if err == nil && resp.StatusCode >= http.StatusTooManyRequests {
		if s, err := strconv.ParseInt(resp.Header.Get("Retry-After"), 10, 32); err == nil && s > h.retryAfter.Load() {
			h.retryAfter.Store(s)
		}
	}
	return resp, err
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// errSilent marks an answer that stopped in the middle. Another registry may do better.
var errSilent = errors.New("it sent nothing for too long")

// awake ends a read during which nothing comes.
type awake struct {
	r        io.Reader
	patience time.Duration
	close    func() error
	silent   atomic.Bool
}

func (a *awake) Read(p []byte) (int, error) {
	patience := a.patience
	if patience == 0 {
		patience = time.Minute
	}
	timer := time.AfterFunc(patience, func() {
		a.silent.Store(true)
		_ = a.close()
	})
	defer timer.Stop()
	n, err := a.r.Read(p)
	if err != nil && a.silent.Load() {
		return n, errSilent
	}
	return n, err
}
