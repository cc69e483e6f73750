package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"sync"

	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// maxHeader bounds the header of one answer, in bytes.
const maxHeader = 256 << 10

// newClient returns a client that reaches the target and nothing else: it uses no
// proxy, follows no redirect and dials one address.
func newClient(t Target) *http.Client {
	d := &border{allowed: net.JoinHostPort(t.Base.Hostname(), rules.Port(t.Base)), dial: t.Dial}
	jar, _ := cookiejar.New(nil) // fails never
	return &http.Client{
		Transport: &http.Transport{
			DialContext: d.connect,
			// The scan judges what is said over TLS. Who says it and how well it is
			// encrypted is judged by the TLS probe, so nothing is refused here.
			TLSClientConfig:        &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10}, //nolint:gosec // see above
			TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{},
			MaxResponseHeaderBytes: maxHeader,
			// One connection a request: what a server says after its answer is never
			// taken for the next answer.
			DisableKeepAlives: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Jar:           &smallJar{CookieJar: jar, sizes: map[string]int{}},
	}
}

// border dials the one allowed address. It remembers what the name meant the first
// time, so that a changing name cannot lead the scan elsewhere.
type border struct {
	allowed string
	dial    func(ctx context.Context, network, addr string) (net.Conn, error)

	mu     sync.Mutex
	pinned string
}

func (b *border) connect(ctx context.Context, network, addr string) (net.Conn, error) {
	if addr != b.allowed {
		return nil, fmt.Errorf("refused to connect to %s: the scan is limited to %s", addr, b.allowed)
	}
	if b.dial != nil {
		return b.dial(ctx, network, addr)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.pinned != "" {
		addr = b.pinned
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err == nil {
		b.pinned = conn.RemoteAddr().String()
	}
	return conn, err
}

// smallJar keeps the cookies of the first answers only, so that a server cannot make
// us carry ever more.
type smallJar struct {
	http.CookieJar
	sizes map[string]int // by name
	size  int
}

// maxCookies is how many cookies a scan carries, and maxCookieBytes how much of them:
// servers refuse requests with longer headers.
const (
	maxCookies     = 50
	maxCookieBytes = 8 << 10
)

// SetCookies implements http.CookieJar.
func (j *smallJar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	var kept []*http.Cookie
	for _, c := range cookies {
		n, old := len(c.Name)+len(c.Value), j.sizes[c.Name]
		if (old > 0 || len(j.sizes) < maxCookies) && j.size-old+n <= maxCookieBytes {
			kept = append(kept, c)
			j.size, j.sizes[c.Name] = j.size-old+n, n
		}
	}
	j.CookieJar.SetCookies(u, kept)
}

// fetch gets one URL. A page with an error is one whose body broke off; cut means that
// the body was longer than the limit.
func (c *crawl) fetch(ctx context.Context, u *url.URL) (p *rules.Page, cut bool, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.options.RequestTimeout, fmt.Errorf("no complete answer within %s", c.options.RequestTimeout))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, false, err
	}
	for name, values := range c.options.Headers {
		req.Header[name] = values
	}
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, false, because(ctx, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, int64(c.options.MaxBody)+1))
	if cut = len(body) > c.options.MaxBody; cut {
		body = body[:c.options.MaxBody]
	}
	return &rules.Page{
		Method: http.MethodGet, URL: u, Secure: u.Scheme == "https", Status: resp.StatusCode, Header: resp.Header,
		Request: resp.Request.Header, Prime: resp.Proto + " " + resp.Status, Body: body, Threshold: c.options.Threshold, Now: c.options.Now,
	}, cut, because(ctx, err)
}

// because replaces an error by the reason why its context ended, and drops the URL that
// net/http puts before it.
func because(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if u := new(url.Error); errors.As(err, &u) {
		return u.Err
	}
	return err
}
