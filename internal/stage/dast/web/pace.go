package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// How a crawl behaves when a target asks it to slow down.
const (
	slowRPS    = 20 // half of what the hardening guide lets a client send
	minRPS     = 5
	maxTries   = 3  // of one URL
	maxRefused = 30 // of all URLs, before none is tried again
	maxWait    = 10 * time.Second
)

// pace spaces the requests of a crawl: as fast as the target answers, until it says
// that this is too fast, or at a fixed rate.
type pace struct {
	rps    int // 0: as fast as the target answers
	ticker *time.Ticker
}

func newPace(rps int) *pace {
	p := &pace{ticker: time.NewTicker(time.Hour)}
	p.set(rps)
	return p
}

func (p *pace) set(rps int) {
	if p.rps = rps; rps > 0 {
		p.ticker.Reset(max(time.Second/time.Duration(rps), 1))
	}
}

// wait returns when the next request may be sent.
func (p *pace) wait(ctx context.Context) {
	if p.rps == 0 {
		return
	}
	select {
	case <-p.ticker.C:
	case <-ctx.Done():
	}
}

// slow lowers the rate and waits as long as the answer asks for.
func (p *pace) slow(ctx context.Context, h http.Header) {
	switch {
	case p.rps == 0 || p.rps > slowRPS:
		p.set(slowRPS)
	case p.rps > minRPS:
		p.set(max(p.rps/2, minRPS))
	}
	pause := time.Second / time.Duration(p.rps)
	if n, err := strconv.Atoi(h.Get("Retry-After")); err == nil && n > 0 {
		pause = min(time.Duration(n)*time.Second, maxWait)
	}
	select {
	case <-time.After(pause):
	case <-ctx.Done():
	}
}

// refused reports whether an answer says no more than to come back later. A status of
// 503 is the way of nginx to say so; a service that knows nothing else is just down.
func (c *crawl) refused(p *rules.Page) bool {
	return p.Status == http.StatusTooManyRequests || p.Status == http.StatusServiceUnavailable && (p.Header.Get("Retry-After") != "" || len(c.visited) > 0)
}

// later puts a refused URL back, and reports whether it did.
func (c *crawl) later(ctx context.Context, p *rules.Page, s step) bool {
	if !c.refused(p) {
		return false
	}
	if s.tries++; s.tries >= maxTries || c.refusals >= maxRefused {
		c.gap("the target refused %s with HTTP %d %d times, so its content was not judged", s.url.Redacted(), p.Status, s.tries)
		return false
	}
	if c.refusals++; c.refusals == 1 {
		c.note("the target asked to slow down with HTTP %d, so the crawl went on with at most %d requests a second", p.Status, slowRPS)
	}
	c.pace.slow(ctx, p.Header)
	c.queue = append([]step{s}, c.queue...)
	return true
}
