package web

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// raw answers every connection with what the function returns for the path, in
// whatever shape that is.
func raw(t *testing.T, answer func(path string) string) Target {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				r, err := http.ReadRequest(bufio.NewReader(c))
				if err == nil {
					fmt.Fprint(c, answer(r.URL.Path))
				}
			}()
		}
	}()
	return Target{Base: &url.URL{Scheme: "http", Host: l.Addr().String(), Path: "/"}, Service: "shop"}
}

const wellFormed = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 14\r\n\r\n<a href=/trap>"

func TestInvalidHTTP(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":           "",
		"no HTTP":           "SSH-2.0-x\r\n\r\n",
		"no status":         "HTTP/1.1 abc\r\n\r\n",
		"no colon":          "HTTP/1.1 200 OK\r\nno header\r\n\r\nx",
		"two lengths":       "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
		"negative length":   "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
		"body cut off":      "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\nx",
		"broken chunks":     "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"endless header":    "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", 1<<20),
		"odd header":        "HTTP/1.1 200 OK\r\nX\x00: y\r\n\r\nx",
		"endless interim":   strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 1000),
		"unknown transfer":  "HTTP/1.1 200 OK\r\nTransfer-Encoding: x\r\n\r\nx",
		"switching to what": "HTTP/1.1 101 Switching Protocols\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := raw(t, func(path string) string {
				if path == "/trap" {
					return text
				}
				return wellFormed
			})
			o := fast()
			r, err := Scan(t.Context(), target, o, nil)
			if err != nil || len(r.URLs) < 5 {
				t.Fatalf("%q, error %v", r.URLs, err)
			}
			if len(r.Gaps) == 0 && name != "switching to what" {
				t.Error("nobody hears that a page could not be read")
			}
			if _, err := Scan(t.Context(), raw(t, func(string) string { return text }), o, nil); err == nil && !strings.Contains(text, "200 OK") && name != "switching to what" {
				t.Error("a server without HTTP was scanned")
			}
		})
	}
}

// TestWrongTLS scans what speaks no TLS, or a broken one, over TLS, and the reverse.
func TestWrongTLS(t *testing.T) {
	t.Parallel()
	plain := raw(t, func(string) string { return wellFormed })
	over := *plain.Base
	over.Scheme = "https"
	plain.Base = &over
	if _, err := Scan(t.Context(), plain, fast(), nil); err == nil || !strings.Contains(err.Error(), "reach https://") {
		t.Errorf("no TLS: error %v", err)
	}
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { page200(w, "x") }))
	defer secure.Close()
	secure.Config.ErrorLog = nil
	u, err := url.Parse(strings.Replace(secure.URL, "https:", "http:", 1))
	if err != nil {
		t.Fatal(err)
	}
	if r, err := Scan(t.Context(), Target{Base: u}, fast(), nil); err != nil || len(r.Gaps) == 0 {
		t.Errorf("plain HTTP to a TLS port: gaps %q, error %v", r.Gaps, err)
	}
}

// TestPageOfLinks reads a page of nothing but links and forms.
func TestPageOfLinks(t *testing.T) {
	t.Parallel()
	for name, unit := range map[string]string{"links": "<a href=/x>", "forms": "<form action=/x><input name=a>", "bases": "<base href=//x/>", "metas": "<meta http-equiv=refresh content='0;url=x'>"} {
		p := &rules.Page{URL: &url.URL{Scheme: "http", Host: "a", Path: "/"}, Status: 200, Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte(strings.Repeat(unit, (2<<20)/len(unit)))}
		if found := links(p); len(found) > maxLinks || len(found) == 0 && name != "bases" {
			t.Errorf("%s: %d links", name, len(found))
		}
	}
}

// TestCookiesThatNeverEnd answers each request with a new cookie of great length.
func TestCookiesThatNeverEnd(t *testing.T) {
	t.Parallel()
	n, longest := 0, 0
	target := site(t, func(w http.ResponseWriter, r *http.Request) {
		longest = max(longest, len(r.Header.Get("Cookie")))
		http.SetCookie(w, &http.Cookie{Name: fmt.Sprint("c", n), Value: strings.Repeat("x", 10_000)})
		n++
		page200(w, fmt.Sprintf("<a href=/%d>", n))
	})
	o := fast()
	o.MaxURLs, o.MaxDepth = 150, 1000
	r, err := Scan(t.Context(), target, o, nil)
	if err != nil || len(r.URLs) < 100 || longest > maxCookieBytes+1000 {
		t.Errorf("%d pages, cookies of %d bytes, gaps %q, error %v", len(r.URLs), longest, r.Gaps, err)
	}
}
