package probe

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// counted counts what is read from a connection.
type counted struct {
	net.Conn
	read *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read.Add(int64(n))
	return n, err
}

// TestHostileServers asks servers that answer every question in a way that is to hurt:
// none of it passes, none leads elsewhere, and little of it is read.
func TestHostileServers(t *testing.T) {
	t.Parallel()
	away := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("a probe came to %s", r.URL) }))
	defer away.Close()
	redirect := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
	}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range 64 {
		_, _ = z.Write(make([]byte, 1<<20))
	}
	z.Close()
	invalid := func(text string) Target { return targetOf(t, "http://"+speak(t, text, false)) }
	for name, c := range map[string]struct {
		target  Target
		health  Verdict
		metrics Verdict
	}{
		"endless body": {serve(t, func(w http.ResponseWriter, _ *http.Request) {
			for line := bytes.Repeat([]byte("up 1\n"), 1000); ; {
				if _, err := w.Write(line); err != nil {
					return
				}
			}
		}), Warn, Fail},
		"gzip bomb": {serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		}), Warn, Fail},
		"10,000 headers": {serve(t, func(w http.ResponseWriter, _ *http.Request) {
			for i := range 10_000 {
				w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("y", 100))
			}
		}), Unknown, Unknown},
		"cookies without end": {serve(t, func(w http.ResponseWriter, _ *http.Request) {
			for i := range 10_000 {
				http.SetCookie(w, &http.Cookie{Name: fmt.Sprint("c", i), Value: "x"})
			}
		}), Unknown, Unknown},
		"redirect loop":     {serve(t, redirect("/health")), Fail, Fail},
		"redirect away":     {serve(t, redirect(away.URL)), Fail, Fail},
		"redirect to cloud": {serve(t, redirect("http://169.254.169.254/latest/meta-data/")), Fail, Fail},
		"no HTTP":           {invalid("SSH-2.0-x\r\n\r\n"), Unknown, Unknown},
		"endless header":    {invalid("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", 1<<20)), Unknown, Unknown},
		"two lengths":       {invalid("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), Unknown, Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var read, dialled atomic.Int64
			target := c.target
			target.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
				dialled.Add(1)
				conn, err := new(net.Dialer).DialContext(ctx, network, addr)
				if err != nil || addr != c.target.addr() {
					return nil, fmt.Errorf("dial %s: %w", addr, err)
				}
				return counted{conn, &read}, nil
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			health, metrics := Health(ctx, target, nil), Metrics(ctx, target, []string{"up_days_remaining"})
			if health[0].Verdict != c.health || metrics[0].Verdict != c.metrics {
				t.Errorf("health %+v, metrics %+v", health, metrics)
			}
			for _, o := range append(append(health, metrics...), append(Methods(ctx, target, []string{"GET"}), Bearer(ctx, target, []string{"/jobs"})...)...) {
				if o.Verdict == Pass && o.Rule != TraceRule && o.Rule != MethodsRule {
					t.Errorf("this passes: %+v", o)
				}
				if len(o.Message)+len(o.Evidence) > 2000 {
					t.Errorf("%d bytes of evidence", len(o.Message)+len(o.Evidence))
				}
			}
			if most := dialled.Load() * (maxBody + maxHeader + 64<<10); read.Load() > most {
				t.Errorf("%d bytes were read over %d connections", read.Load(), dialled.Load())
			}
		})
	}
}
