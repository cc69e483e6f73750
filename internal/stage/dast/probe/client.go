package probe

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// The bounds of one question.
const (
	timeout    = 5 * time.Second
	maxBody    = 64 << 10
	maxHeader  = 64 << 10
	maxQuote   = 200
	missing    = "/assure-probe-no-such-path"
	canaryName = "X-Assure-Canary"
	canary     = "assure-canary-5f1d0c"
)

// question is one HTTP request.
type question struct {
	method string
	// path is sent as it is written; empty means the target's own.
	path   string
	header http.Header
	body   string
}

// reply is one HTTP answer, its body bounded.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) ok() bool { return r.status/100 == 2 }

// line is the answer as evidence.
func (r reply) line() string { return fmt.Sprintf("HTTP %d %s", r.status, http.StatusText(r.status)) }

// client returns an HTTP client that dials the target only, uses no proxy and follows
// no redirect. It accepts every certificate: who answers is not what a probe judges.
func (t Target) client() *http.Client {
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext:            t.dial,
			TLSClientConfig:        &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, ServerName: t.Base.Hostname()}, //nolint:gosec // see above
			TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{},
			DisableKeepAlives:      true,
			MaxResponseHeaderBytes: maxHeader,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// dial connects to the target, whatever address is asked for.
func (t Target) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	if t.Dial != nil {
		return t.Dial(ctx, network, t.addr())
	}
	return new(net.Dialer).DialContext(ctx, network, t.addr())
}

func (t Target) addr() string {
	port := t.Base.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[t.Base.Scheme]
	}
	return net.JoinHostPort(t.Base.Hostname(), port)
}

// at is the target's URL with another path, kept as it is written.
func (t Target) at(path string) *url.URL {
	u := &url.URL{Scheme: t.Base.Scheme, Host: t.Base.Host, Path: t.Base.Path, RawPath: t.Base.RawPath}
	if path != "" {
		path, u.RawQuery, _ = strings.Cut(path, "?")
		if plain, err := url.PathUnescape(path); err == nil {
			u.Path, u.RawPath = plain, path
		}
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u
}

// ask sends one question. A service that limits its clients is given time.
func (t Target) ask(ctx context.Context, q question) (r reply, err error) {
	for range patience {
		if r, err = t.once(ctx, q); err != nil || r.status != http.StatusTooManyRequests {
			break
		}
		select {
		case <-ctx.Done():
			return r, err
		case <-time.After(respite):
		}
	}
	return r, err
}

// How often and how long a service is waited for that has had enough.
const (
	patience = 4
	respite  = time.Second
)

// once sends one question.
func (t Target) once(ctx context.Context, q question) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, q.method, "http://target/", strings.NewReader(q.body))
	if err != nil {
		return reply{}, err
	}
	req.URL, req.Host = t.at(q.path), t.Base.Host
	for name, values := range q.header {
		req.Header[name] = values
	}
	resp, err := t.client().Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	// A body that breaks off is judged by what came of it.
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return reply{status: resp.StatusCode, header: resp.Header, body: body}, nil
}

// same tells whether two answers are the same page.
func (r reply) same(o reply) bool { return r.status == o.status && bytes.Equal(r.body, o.body) }

// outcome starts an outcome about a path of the target.
func (t Target) outcome(rule string, v Verdict, path, format string, args ...any) Outcome {
	return Outcome{Rule: rule, Service: t.Service, Verdict: v, URL: t.at(path).String(), Message: fmt.Sprintf(format, args...)}
}

// quote makes foreign text short and free of control characters.
func quote(b []byte) string {
	s := string(b[:min(len(b), maxQuote)])
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, s))
}
