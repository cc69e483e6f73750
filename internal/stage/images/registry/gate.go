package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Limits of one request and of its answer.
const (
	// maxAnswer is above every single limit; it also holds for answers that are read
	// by libraries, such as tokens and error texts.
	maxAnswer = maxBlob + 1
	// maxHeader bounds the header of an answer, in bytes.
	maxHeader = 256 << 10
	// perHost is how many connections one host gets at a time.
	perHost = 4
	// attempts is how often a request is tried when the host says to try again.
	attempts = 4
	// keepPulls is how many of the pulls that a registry still grants are left to those
	// who deploy.
	keepPulls = 10
	// longestWait is how long a registry may tell us to wait before we give up.
	longestWait = 30 * time.Second
)

// gate sends requests by the rules of this package. It is the only way out.
type gate struct {
	inner    http.RoundTripper
	guard    guard
	insecure []string
	timeout  time.Duration
	wait     func(ctx context.Context, d time.Duration) error
	hosts    hosts
}

func newGate(o Options) *gate {
	g := guard{private: slices.Concat(o.Private, o.Insecure), proxies: new(sync.Map), dial: o.Dial}
	t := &gate{guard: g, insecure: o.Insecure, timeout: o.Timeout, wait: o.Wait}
	if t.timeout == 0 {
		t.timeout = 30 * time.Second
	}
	if t.wait == nil {
		t.wait = sleep
	}
	t.inner = &http.Transport{
		Proxy: g.proxy(o.Proxy), DialContext: g.DialContext, TLSClientConfig: o.TLS,
		// HTTP/2 would let one host have many requests on one connection.
		ForceAttemptHTTP2: false, MaxConnsPerHost: perHost, MaxIdleConnsPerHost: perHost,
		TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: 30 * time.Second,
		// A transparent decompressor would turn a small answer into a large one.
		DisableCompression: true, MaxResponseHeaderBytes: maxHeader,
	}
	return t
}

// SchemeError is a request by plain HTTP to a host that is not listed for it.
type SchemeError struct{ Host string }

// Error names the host.
func (e *SchemeError) Error() string {
	return e.Host + " would be asked by plain HTTP, which is refused"
}

// RoundTrip refuses what must not be asked, and repeats what the host asks to repeat.
func (t *gate) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := t.allowed(req); err != nil {
		return nil, err
	}
	for n := 1; ; n++ {
		resp, err := t.once(req)
		wait, again := t.again(req, resp, err, n)
		if !again {
			return resp, err
		}
		if resp != nil {
			resp.Body.Close()
		}
		if err := t.wait(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}

// allowed checks what can be told before dialing. It matters most with a proxy, where
// the address that we connect is the proxy's.
func (t *gate) allowed(req *http.Request) error {
	switch {
	case req.URL.Scheme == "https":
	case req.URL.Scheme == "http" && listed(t.insecure, req.URL.Host):
	case req.URL.Scheme == "http":
		return &SchemeError{req.URL.Host}
	default:
		return fmt.Errorf("refuse the scheme %q", req.URL.Scheme)
	}
	if ip, err := netip.ParseAddr(req.URL.Hostname()); err == nil {
		return t.guard.check(req.URL.Host, netip.AddrPortFrom(ip, 1).String())
	}
	return nil
}

// once sends the request with a deadline that covers reading the body too. Waiting for a
// turn does not count: the host cannot help it.
func (t *gate) once(req *http.Request) (*http.Response, error) {
	if left, ok := t.hosts.pulls(req.URL.Host); ok && left < keepPulls && pull(req) {
		return nil, &pullsError{left}
	}
	leave, err := t.hosts.enter(req.Context(), req.URL.Host)
	if err != nil {
		return nil, err
	}
	b := t.boundsOf(req.Context())
	ctx, stop := context.WithTimeout(req.Context(), b.timeout)
	cancel := func() { stop(); leave() }
	resp, err := t.inner.RoundTrip(req.WithContext(ctx))
	if err != nil {
		cancel()
		if req.Context().Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			err = errSlow
		}
		return nil, err
	}
	t.hosts.noteLeft(req.URL.Host, resp.Header.Get("RateLimit-Remaining"))
	resp.Body = &body{ReadCloser: resp.Body, left: b.bytes, cancel: cancel}
	return resp, nil
}

var errSlow = errors.New("no answer within the time limit")

// again tells whether to repeat, and after how long.
func (t *gate) again(req *http.Request, resp *http.Response, err error, n int) (time.Duration, bool) {
	idempotent := req.Method == http.MethodGet || req.Method == http.MethodHead
	if n >= attempts || err != nil || !idempotent {
		return 0, false
	}
	if resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode < 500 {
		return 0, false
	}
	wait, ok := retryAfter(resp.Header)
	if !ok {
		wait = time.Duration(1<<(n-1)) * time.Second
	}
	return wait, wait <= longestWait
}

// retryAfter reads how long to wait: seconds, or a date by the registry's own clock.
func retryAfter(h http.Header) (time.Duration, bool) {
	after := h.Get("Retry-After")
	if s, err := strconv.Atoi(after); err == nil {
		return time.Duration(max(0, min(s, 1<<20))) * time.Second, true
	}
	until, err := http.ParseTime(after)
	now, unknown := http.ParseTime(h.Get("Date"))
	if err != nil || unknown != nil {
		return 0, false
	}
	return max(0, until.Sub(now)), true
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

// body ends the request's deadline when it is closed and never yields more than left.
type body struct {
	io.ReadCloser
	left   int64
	cancel func()
	closed sync.Once
}

func (b *body) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if errors.Is(err, context.DeadlineExceeded) {
		err = errSlow
	}
	return n, err
}

func (b *body) Close() error {
	defer b.closed.Do(b.cancel)
	return b.ReadCloser.Close()
}

var errTooLarge = errors.New("the answer is larger than allowed")
