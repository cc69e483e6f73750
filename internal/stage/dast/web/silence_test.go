package web

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// pipes is a listener without a network.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

// Accept implements net.Listener.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

// Addr implements net.Listener.
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// piped is a site without a network, so that its time may be that of a bubble.
func piped(t *testing.T, h http.HandlerFunc) Target {
	t.Helper()
	p := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	s := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = s.Serve(p) }()
	t.Cleanup(func() { s.Close() })
	return Target{Base: &url.URL{Scheme: "http", Host: "shop:80", Path: "/"}, Service: "shop", Dial: p.dial}
}

// TestCrawlEndsSilence meets servers that say nothing, or nearly nothing, in time that
// is not real.
func TestCrawlEndsSilence(t *testing.T) {
	t.Parallel()
	for name, trap := range map[string]http.HandlerFunc{
		"hangs": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"drips": func(w http.ResponseWriter, r *http.Request) {
			tick := time.NewTicker(time.Millisecond)
			defer tick.Stop()
			for r.Context().Err() == nil {
				_, _ = w.Write([]byte("x"))
				_ = http.NewResponseController(w).Flush()
				select {
				case <-tick.C:
				case <-r.Context().Done():
				}
			}
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := fast()
			o.RequestTimeout = 300 * time.Millisecond
			r, err := Scan(t.Context(), piped(t, trapped(trap)), o, nil)
			if gaps := strings.Join(r.Gaps, "\n"); err != nil || !strings.Contains(gaps, "no complete answer within 300ms") || r.Requests < 4 {
				t.Errorf("%s: %d requests, gaps %q, error %v", name, r.Requests, gaps, err)
			}
		})
	}
}

func TestCrawlEndsInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := fast()
		o.RPS, o.MaxDuration = 20, 80*time.Millisecond
		r, err := Scan(t.Context(), piped(t, endless), o, nil)
		if diff := cmp.Diff([]string{"the crawl took longer than 80ms: 2 URLs were answered and 6 were not visited"}, r.Gaps); diff != "" || err != nil {
			t.Errorf("%s, error %v", diff, err)
		}
	})
}

// TestCrawlSlowsDown lets a server refuse what comes too fast.
func TestCrawlSlowsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, slowsDown)
}

func slowsDown(t *testing.T) {
	n := 0
	target := piped(t, func(w http.ResponseWriter, r *http.Request) {
		if n++; n == 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if r.URL.Path == "/never" {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		page200(w, "<html><a href=/never>")
	})
	o := fast()
	o.RPS = 0
	r, err := Scan(t.Context(), target, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"/", "/robots.txt", "/sitemap.xml", "/openapi.json", "/swagger/v1/swagger.json", "/never"}, paths(target, r)); d != "" {
		t.Error(d)
	}
	if !strings.Contains(strings.Join(r.Notes, "\n"), "asked to slow down with HTTP 503") || len(r.Gaps) != 1 || !strings.Contains(r.Gaps[0], "/never with HTTP 429 3 times") {
		t.Errorf("notes %q, gaps %q", r.Notes, r.Gaps)
	}
	if r.Requests != 6+1+2 {
		t.Errorf("%d requests", r.Requests)
	}
}
