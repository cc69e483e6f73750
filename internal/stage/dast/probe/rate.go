package probe

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of the rate probe: it must never be what takes a service down.
const (
	rateWorkers  = 8
	maxRequests  = 400
	rateWindow   = 8 * time.Second
	warmup       = 10
	warmupPause  = 200 * time.Millisecond
	maxRefusals  = 20
	windowTime   = time.Second
	tolerance    = 1.25
	slowdown     = 10
	leastLatency = 10 * time.Millisecond
)

// DefaultRate is the limit that the guide sets, in requests a second.
const DefaultRate = 40

// Rate asks whether the target refuses a client that sends more than limit requests a
// second: ten at five a second, which must all be answered, then twice the limit for two
// seconds and a third more than the limit for another: a limiter that allows no burst
// lets every second of too many through and only that last pace shows where it stands.
// It must run after everything else, because it uses the client's share
// up. It stops early when the target breaks, slows down, or refuses steadily.
func Rate(ctx context.Context, t Target, path string, limit int) []Outcome {
	ctx, cancel := context.WithTimeout(ctx, rateWindow)
	defer cancel()
	r := newRate(t, path, limit)
	defer r.client.CloseIdleConnections()
	v, message := r.run(ctx)
	o := t.outcome(RateRule, v, path, "%s", message)
	o.Evidence = fmt.Sprintf("%d requests, %d accepted, %d refused", r.sent.Load(), r.accepted.Load(), r.refused.Load())
	return []Outcome{o}
}

// rate is one run of the probe.
type rate struct {
	target Target
	path   string
	limit  int
	client *http.Client

	sent, accepted, refused atomic.Int64
	// refusals and delays in a row.
	refusals, delays atomic.Int64
	usual            time.Duration
	mu               sync.Mutex
	trouble          string
	windows          []window
	served           []served
}

func newRate(t Target, path string, limit int) *rate {
	r := &rate{target: t, path: path, limit: limit, client: t.client()}
	r.client.Transport.(*http.Transport).DisableKeepAlives = false
	r.client.Transport.(*http.Transport).MaxConnsPerHost = rateWorkers
	return r
}

func (r *rate) run(ctx context.Context) (Verdict, string) {
	if why := r.warm(ctx); why != "" {
		return Unknown, why
	}
	if r.limit*6 > maxRequests-warmup || r.limit < 1 {
		return Unknown, fmt.Sprintf("A limit of %d requests a second cannot be asked for without harm.", r.limit)
	}
	r.push(ctx, 2*r.limit)
	return r.judge(ctx, r.windows[0], r.steadily(ctx, 2*r.limit), r.steadily(ctx, r.limit+(r.limit+2)/3))
}

// warm makes sure that a slow client is served, and learns how long an answer takes.
func (r *rate) warm(ctx context.Context) string {
	tick := time.NewTicker(warmupPause)
	defer tick.Stop()
	var total time.Duration
	for range warmup {
		status, took := r.one(ctx)
		switch {
		case status == 0:
			return "The service does not answer, so its limit could not be asked for."
		case limited(status):
			return "The service refuses a client that sends five requests a second; nothing shows what its limit is."
		case status >= 500:
			return fmt.Sprintf("The service answers %d before anybody sends too much.", status)
		}
		total += took
		select {
		case <-ctx.Done():
			return "The service is too slow for its limit to be asked for."
		case <-tick.C:
		}
	}
	r.usual = max(total/warmup, leastLatency)
	r.sent.Store(0)
	return ""
}

// one sends one request; a status of 0 means that no answer came.
func (r *rate) one(ctx context.Context) (status int, took time.Duration) {
	start := time.Now() //nolint:forbidigo // measures a duration
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://target/", nil)
	if err != nil {
		return 0, 0
	}
	req.URL, req.Host = r.target.at(r.path), r.target.Base.Host
	r.sent.Add(1)
	resp, err := r.client.Do(req)
	if err != nil {
		return 0, time.Since(start)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxBody))
	return resp.StatusCode, time.Since(start)
}

// count takes an answer into account. One late answer is no sign of distress; as many in
// a row as are asked at once are.
func (r *rate) count(status int, took time.Duration) {
	r.mu.Lock()
	r.served = append(r.served, served{time.Now(), !limited(status)}) //nolint:forbidigo // measures a duration
	r.mu.Unlock()
	if limited(status) {
		r.refused.Add(1)
		r.refusals.Add(1)
		return
	}
	r.refusals.Store(0)
	switch {
	case status == 0:
		r.stop("it no longer answers")
		return
	case status >= 500:
		r.stop(fmt.Sprintf("it answers %d", status))
		return
	case took <= slowdown*r.usual:
		r.delays.Store(0)
	case r.delays.Add(1) >= rateWorkers:
		r.stop("its answers take ten times as long")
	}
	r.accepted.Add(1)
}

func limited(status int) bool { return status == 429 || status == 503 }

func (r *rate) stop(why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.trouble == "" {
		r.trouble = why
	}
}

func (r *rate) stopped() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.trouble != "" || r.refusals.Load() >= maxRefusals
}

// judge weighs what was accepted once the first window used a burst up. Where the target
// refused so much that the probe stopped, its limit is far below what was sent.
func (r *rate) judge(ctx context.Context, first, second, slow window) (Verdict, string) {
	refused, most := r.refused.Load(), tolerance*float64(r.limit)
	estimate := max(r.estimate(second), r.estimate(slow))
	pace := max(first.perSecond(first.sent), second.perSecond(second.sent))
	switch {
	case r.refusals.Load() >= maxRefusals:
		return Pass, fmt.Sprintf("The service refuses a client that sends more than %d requests a second.", r.limit)
	case r.trouble != "" && refused == 0:
		return Unknown, "The service was asked no further, because " + r.trouble + ", before it refused anything."
	case r.trouble != "":
		return Unknown, "The service was asked no further, because " + r.trouble + "."
	case refused == 0 && (ctx.Err() != nil || pace < most):
		return Unknown, fmt.Sprintf("The service could be asked %.0f times a second only, which is not above the limit of %d.", pace, r.limit)
	case refused == 0:
		return Fail, fmt.Sprintf("The service answers everything at %.0f requests a second; the limit is to be %d.", pace, r.limit)
	case estimate > most:
		return Warn, fmt.Sprintf("The service accepts about %.0f requests a second; the limit is to be %d.", estimate, r.limit)
	}
	if !second.steady() || !slow.steady() || ctx.Err() != nil {
		return Unknown, fmt.Sprintf("The service refuses some requests, but could not be asked steadily enough to tell whether its limit is %d a second.", r.limit)
	}
	return Pass, fmt.Sprintf("The service accepts about %.0f requests a second, after a burst of %.0f.", estimate, max(0, float64(first.accepted)-estimate*first.took.Seconds()))
}
