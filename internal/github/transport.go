package github

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"
)

// Bounds of what is asked again. GitHub's own uploader sees 401, 403 and 404 pass, so
// they get one more try.
const (
	retries       = 4
	firstWait     = time.Second
	responseLimit = 8 << 20
)

// lasting are answers that no later try changes.
var lasting = regexp.MustCompile(`(?i)(?:Code Security|Advanced Security|Code Scanning) (?:must be|is not) enabled|Resource not accessible by integration|\blocked\b`)

// transport adds the token for one host only, and asks again where that can help.
type transport struct {
	base  http.RoundTripper
	api   *url.URL
	token string
	sleep func(context.Context, time.Duration) error
	now   func() time.Time
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != t.api.Scheme || req.URL.Host != t.api.Host {
		return nil, fmt.Errorf("refuse %s: the token is for %s only", req.URL.Host, t.api.Host)
	}
	for try := 0; ; try++ {
		again, err := rewound(req)
		if err != nil {
			return nil, err
		}
		again.Header.Set("Authorization", "Bearer "+t.token)
		resp, err := t.base.RoundTrip(again)
		if err == nil {
			err = buffer(resp)
		}
		wait, retry := t.verdict(resp, err, try)
		if !retry || !t.fits(req.Context(), wait) {
			return resp, err
		}
		if err := t.sleep(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}

// rewound is a fresh copy of the request with its body from the start.
func rewound(req *http.Request) (*http.Request, error) {
	again := req.Clone(req.Context())
	if req.Body == nil || req.Body == http.NoBody {
		return again, nil
	}
	if req.GetBody == nil {
		return nil, errors.New("the request cannot be repeated")
	}
	body, err := req.GetBody()
	again.Body = body
	return again, err
}

// buffer reads the whole answer, so that a connection cut in the middle counts as a
// network error and can be tried again.
func buffer(resp *http.Response) error {
	data, err := io.ReadAll(io.LimitReader(resp.Body, responseLimit+1))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if len(data) > responseLimit {
		return fmt.Errorf("read the answer: more than %d bytes", responseLimit)
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	return nil
}

// verdict reports whether to ask again, and after how long.
func (t *transport) verdict(resp *http.Response, err error, try int) (time.Duration, bool) {
	wait := firstWait << try
	if err != nil {
		return wait, try < retries && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
	}
	switch code := resp.StatusCode; {
	case code == http.StatusTooManyRequests, code == http.StatusForbidden && limited(resp):
		return t.asked(resp, wait), try < retries
	case code >= 500:
		return t.asked(resp, wait), try < retries
	case code == http.StatusUnauthorized, code == http.StatusForbidden, code == http.StatusNotFound:
		return wait, try < 1 && !lasting.Match(peek(resp))
	default:
		return 0, false
	}
}

// limited tells a rate limit from a missing permission, both of which are 403.
func limited(resp *http.Response) bool {
	return resp.Header.Get("Retry-After") != "" || resp.Header.Get("X-RateLimit-Remaining") == "0"
}

// asked is how long the answer asks to wait.
func (t *transport) asked(resp *http.Response, otherwise time.Duration) time.Duration {
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s >= 0 {
		return time.Duration(s) * time.Second
	}
	if at, err := http.ParseTime(resp.Header.Get("Retry-After")); err == nil {
		return max(at.Sub(t.now()), 0)
	}
	if reset, err := strconv.ParseInt(resp.Header.Get("X-RateLimit-Reset"), 10, 64); err == nil && limited(resp) {
		return max(time.Unix(reset, 0).Sub(t.now()), 0) + time.Second
	}
	return otherwise
}

// fits reports whether the wait ends before the context does.
func (t *transport) fits(ctx context.Context, wait time.Duration) bool {
	end, ok := ctx.Deadline()
	return !ok || t.now().Add(wait).Before(end)
}

func peek(resp *http.Response) []byte {
	data, _ := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(data))
	return data
}

// sleep waits unless the context ends first.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
