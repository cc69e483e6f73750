package probe

import (
	"context"
	"sync"
	"time"
)

// served is when a request was let through or refused.
type served struct {
	at       time.Time
	accepted bool
}

// window is what happened while requests were sent at one pace.
type window struct {
	sent, accepted int64
	start          time.Time
	took           time.Duration
}

// perSecond relates a number to how long the window really took, which on a busy machine
// is longer than a second.
func (w window) perSecond(n int64) float64 {
	return float64(n) / max(w.took, time.Millisecond).Seconds()
}

// steady tells whether the requests went out at about the pace that was meant. While
// they do not, a limiter has time to recover and looks stricter than it is.
func (w window) steady() bool { return w.took.Seconds() <= tolerance*windowTime.Seconds() }

// steadily pushes once more where the machine was too busy to keep the pace and the
// bounds allow it.
func (r *rate) steadily(ctx context.Context, pace int) window {
	w := r.push(ctx, pace)
	if !w.steady() && warmup+r.sent.Load()+int64(pace) <= maxRequests {
		w = r.push(ctx, pace)
	}
	return w
}

// push sends at a pace for the time of a window.
func (r *rate) push(ctx context.Context, pace int) (w window) {
	defer func() { r.windows = append(r.windows, w) }()
	if r.stopped() {
		return w
	}
	sent, accepted := r.sent.Load(), r.accepted.Load()
	start := time.Now() //nolint:forbidigo // measures a duration
	tick := time.NewTicker(windowTime / time.Duration(pace))
	defer tick.Stop()
	slots, wg := make(chan struct{}, rateWorkers), sync.WaitGroup{}
	for range pace {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		if ctx.Err() != nil || r.stopped() {
			break
		}
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if status, took := r.one(ctx); ctx.Err() == nil {
				r.count(status, took)
			}
		})
	}
	wg.Wait()
	return window{r.sent.Load() - sent, r.accepted.Load() - accepted, start, time.Since(start)}
}

// estimate is how many requests a second were accepted up to a window's end. It counts
// from the last refusal before the window: then no burst was left, so that what gathered
// since is part of the rate. Without a refusal nothing is known.
func (r *rate) estimate(w window) (perSecond float64) {
	end, n := w.start.Add(w.took), 0
	var since time.Time
	for _, a := range r.served {
		switch {
		case a.at.After(end):
		case !a.accepted && (since.IsZero() || a.at.Before(w.start)):
			since, n = a.at, 0
		case a.accepted:
			n++
		}
	}
	if took := end.Sub(since); !since.IsZero() && took >= windowTime/2 {
		return float64(n) / took.Seconds()
	}
	return 0
}
