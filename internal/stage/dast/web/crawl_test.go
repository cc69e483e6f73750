package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// site starts a server and returns it as a target.
func site(t testing.TB, h http.HandlerFunc, seeds ...string) Target {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	u, err := url.Parse(s.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	return Target{Base: u, Service: "shop", Seeds: seeds}
}

// fast are options whose limits of time no test reaches.
func fast() Options {
	return Options{RPS: 1_000_000, RequestTimeout: time.Hour, MaxDuration: time.Hour}
}

// paths are the visited URLs without the server's address.
func paths(target Target, r Result) []string {
	var list []string
	for _, u := range r.URLs {
		list = append(list, strings.TrimPrefix(u, strings.TrimSuffix(target.Base.String(), "/")))
	}
	return list
}

func TestCrawlFollowsEveryKindOfLink(t *testing.T) {
	t.Parallel()
	pages := map[string]string{
		"/":            `<base href="/b/"><a href="a">x</a><area href=area><link href="l.css"><script src=s.js></script><img src=i.png><iframe src=f></iframe><form action=q?old=1><input name=n value="1 2"><textarea name=t></textarea></form><form method=post action=post><meta http-equiv=refresh content="5; URL='m'"><a href="//evil.example/"><a href="javascript:alert(1)"><a href="/logout"><a href="http://u:p@` + "HOST" + `/user"><a href=":/%zz">`,
		"/b/a":         `<a href="/deep/1">`,
		"/deep/1":      `<a href=2>`,
		"/robots.txt":  "User-agent: *\nDisallow: /hidden # x\nDisallow: /*.php$\nDisallow:\nSitemap: /sitemap2.xml\nSitemap: http://evil.example/sitemap.xml\n",
		"/sitemap.xml": `<urlset><url><loc> HTTP://HOST/from?a=1&amp;b=2 </loc></url></urlset>`,
	}
	target := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		w.Header().Set("Content-Type", "text/html")
		switch {
		case strings.HasSuffix(r.URL.Path, ".xml"):
			w.Header().Set("Content-Type", "application/xml")
		case r.URL.Path == "/robots.txt":
			w.Header().Set("Content-Type", "text/plain")
		case r.URL.Path == "/seed":
			w.Header().Set("Location", "/moved")
			w.WriteHeader(http.StatusFound)
			return
		}
		fmt.Fprint(w, strings.ReplaceAll(pages[r.URL.Path], "HOST", r.Host))
	}, "/seed", "http://evil.example/seed", "http://169.254.169.254/")
	o := fast()
	o.MaxDepth = 2
	r, err := Scan(t.Context(), target, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"/", "/robots.txt", "/sitemap.xml", "/openapi.json", "/swagger/v1/swagger.json", "/seed", "/b/a", "/b/area", "/b/l.css", "/b/s.js", "/b/i.png", "/b/f", "/b/q?n=1+2&t=", "/b/m", "/hidden", "/sitemap2.xml", "/from?a=1&b=2", "/moved", "/deep/1"}
	if d := cmp.Diff(want, paths(target, r)); d != "" {
		t.Error(d)
	}
	if r.Requests != len(want) || len(r.Gaps) != 0 || len(r.Alerts) == 0 {
		t.Errorf("%d requests, gaps %q, %d alerts", r.Requests, r.Gaps, len(r.Alerts))
	}
	again, err := Scan(t.Context(), target, o, nil)
	if err != nil || cmp.Diff(r, again) != "" {
		t.Error("two scans of one site differ:", err, cmp.Diff(r, again))
	}
}

func page200(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprint(w, body)
}

// trapped is a site whose first page links to a trap.
func trapped(trap http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			page200(w, `<a href=/trap>`)
		case "/trap":
			trap(w, r)
		default:
			w.WriteHeader(404)
		}
	}
}

// endless is a site without an end.
func endless(w http.ResponseWriter, r *http.Request) {
	page200(w, fmt.Sprintf(`<a href="%sx/"><a href="?n=%d">`, r.URL.Path, len(r.URL.RawQuery)+len(r.URL.Path)))
}

func TestCrawlAgainstHostileServers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		handler http.HandlerFunc
		gap     string
		note    string
	}{
		{"endless body", trapped(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			for {
				if _, err := w.Write(bytes.Repeat([]byte("<a href=x>"), 1000)); err != nil {
					return
				}
			}
		}), "", "longer than"},
		{"gzip bomb", trapped(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range 64 {
				if _, err := z.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
			z.Close()
		}), "", "longer than"},
		{"broken gzip", trapped(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("no gzip"))
		}), "read the body", ""},
		{"10,000 headers", trapped(func(w http.ResponseWriter, r *http.Request) {
			for i := range 10_000 {
				w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("y", 100))
			}
			w.WriteHeader(200)
		}), "fetch ", ""},
		{"hangs up", trapped(func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }), "fetch ", ""},
		{"redirect loop", trapped(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/trap", 302) }), "", ""},
		{"deep nesting", trapped(func(w http.ResponseWriter, r *http.Request) { page200(w, strings.Repeat("<div><form>", 100_000)) }), "", ""},
		{"many cookies", trapped(func(w http.ResponseWriter, r *http.Request) {
			for i := range 1000 {
				http.SetCookie(w, &http.Cookie{Name: fmt.Sprint("c", i), Value: "x"})
			}
			page200(w, `<a href=/next>`)
		}), "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := fast()
			o.MaxURLs = 20
			r, err := Scan(t.Context(), site(t, test.handler), o, nil)
			if err != nil {
				t.Fatal(err)
			}
			gaps, notes := strings.Join(r.Gaps, "\n"), strings.Join(r.Notes, "\n")
			if !strings.Contains(gaps, test.gap) || test.gap == "" && gaps != "" || !strings.Contains(notes, test.note) {
				t.Errorf("gaps %q, notes %q", gaps, notes)
			}
			if r.Requests < 4 {
				t.Errorf("only %d requests", r.Requests)
			}
		})
	}
}

// TestCrawlStaysHome lets a server try to send the scan to other places.
func TestCrawlStaysHome(t *testing.T) {
	t.Parallel()
	away := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.Errorf("the scan came to %s", r.URL) }))
	defer away.Close()
	for _, to := range []string{away.URL, "http://169.254.169.254/latest/meta-data/", "//localhost:1/", "https://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1:1/"} {
		target := site(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", to)
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(302)
			fmt.Fprintf(w, `<a href="%s"><form action="%s"><base href="%s"><a href="x">`, to, to, to)
		})
		dialled := map[string]bool{}
		target.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			dialled[addr] = true
			return new(net.Dialer).DialContext(ctx, network, addr)
		}
		r, err := Scan(t.Context(), target, fast(), nil)
		if err != nil || len(dialled) != 1 || !dialled[target.Base.Host] || len(r.URLs) != 5 {
			t.Errorf("%s: error %v, dialled %v, visited %q", to, err, dialled, r.URLs)
		}
	}
	if _, err := (&border{allowed: "a:80"}).connect(t.Context(), "tcp", "b:80"); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("a connection across the border: %v", err)
	}
}

func TestCrawlKeepsItsLimits(t *testing.T) {
	t.Parallel()
	t.Run("urls", func(t *testing.T) {
		o := fast()
		o.MaxURLs, o.MaxDepth = 7, 1000
		r, err := Scan(t.Context(), site(t, endless), o, nil)
		if err != nil || len(r.URLs) != 7 || !strings.Contains(strings.Join(r.Notes, "\n"), "limit of 7 URLs") || len(r.Gaps) != 0 {
			t.Errorf("%d URLs, notes %q, gaps %q, error %v", len(r.URLs), r.Notes, r.Gaps, err)
		}
	})
	t.Run("context", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cause := errors.New("enough")
		r, err := Scan(ctx, site(t, func(w http.ResponseWriter, r *http.Request) {
			if page200(w, "<html>"); r.URL.Path != "/" {
				cancel(cause)
			}
		}), fast(), nil)
		if !errors.Is(err, cause) || len(r.URLs) == 0 {
			t.Errorf("%q, error %v", r.URLs, err)
		}
	})
	t.Run("queries of one path", func(t *testing.T) {
		n := 0
		r, err := Scan(t.Context(), site(t, func(w http.ResponseWriter, r *http.Request) {
			n++
			page200(w, fmt.Sprintf(`<a href="/c?n=%d"><a href="/c?m=%d">`, n, n))
		}), fast(), nil)
		if err != nil || len(r.URLs) > 5+maxVariants {
			t.Errorf("%d URLs, error %v", len(r.URLs), err)
		}
	})
}

func TestScanOfNothing(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"http://127.0.0.1:1/", "ftp://a/", "/path", ""} {
		u, _ := url.Parse(base)
		if _, err := Scan(t.Context(), Target{Base: u}, fast(), nil); err == nil {
			t.Errorf("%q was scanned", base)
		}
	}
	if _, err := Scan(t.Context(), Target{}, fast(), nil); err == nil {
		t.Error("nil was scanned")
	}
	r, err := Scan(t.Context(), site(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(401) }), fast(), nil)
	if err != nil || len(r.Gaps) != 1 || !strings.Contains(r.Gaps[0], "nothing to judge") {
		t.Errorf("gaps %q, error %v", r.Gaps, err)
	}
}

func TestSameOrigin(t *testing.T) {
	t.Parallel()
	base, _ := url.Parse("http://Shop.example:80/a")
	for link, want := range map[string]bool{
		"http://shop.EXAMPLE/b": true, "HTTP://shop.example:80": true, "http://shop.example:8080/": false, "https://shop.example:80/": false, "http://shop.example.evil/": false,
	} {
		if u, err := url.Parse(link); err != nil || SameOrigin(u, base) != want {
			t.Errorf("%s: want %v, error %v", link, want, err)
		}
	}
}

func TestCookiesAreFew(t *testing.T) {
	t.Parallel()
	most := 0
	target := site(t, func(w http.ResponseWriter, r *http.Request) {
		most = max(most, len(r.Cookies()))
		for i := range 40 {
			http.SetCookie(w, &http.Cookie{Name: fmt.Sprint(r.URL.Path[1:], i), Value: "x", Path: "/"})
		}
		page200(w, "<a href=/next>")
	})
	if _, err := Scan(t.Context(), target, fast(), nil); err != nil || most != maxCookies {
		t.Errorf("%d cookies were sent, want %d, error %v", most, maxCookies, err)
	}
}

func TestHeadersAreSentAndCookiesKept(t *testing.T) {
	t.Parallel()
	var missing []string
	target := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer x" {
			t.Error("no token")
		}
		if _, err := r.Cookie("id"); err != nil {
			missing = append(missing, r.URL.Path)
		}
		http.SetCookie(w, &http.Cookie{Name: "id", Value: "1"})
		page200(w, "<html>")
	})
	o := fast()
	o.Headers = http.Header{"Authorization": {"Bearer x"}}
	if _, err := Scan(t.Context(), target, o, nil); err != nil || !slices.Equal(missing, []string{"/"}) {
		t.Errorf("without a cookie: %q, error %v", missing, err)
	}
}

func TestScanOverTLS(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { page200(w, "<html>") }))
	defer s.Close()
	u, _ := url.Parse(s.URL)
	r, err := Scan(t.Context(), Target{Base: u}, fast(), nil)
	if err != nil || !slices.ContainsFunc(r.Alerts, func(a rules.Alert) bool { return a.Ref == "10035-1" }) {
		t.Errorf("%v, error %v", r.Alerts, err)
	}
}

// TestSystemicAlertsCollapse checks that an alert about every page is reported five times.
func TestSystemicAlertsCollapse(t *testing.T) {
	t.Parallel()
	var alerts []rules.Alert
	for i := range 20 {
		alerts = append(alerts, rules.Alert{Ref: "1", URL: fmt.Sprint(i), Systemic: true}, rules.Alert{Ref: "2", URL: fmt.Sprint(i)}, rules.Alert{Ref: "3", URL: "same"})
	}
	count := map[string]int{}
	for _, a := range collapse(alerts) {
		count[a.Ref]++
	}
	if d := cmp.Diff(map[string]int{"1": maxInstances, "2": 20, "3": 1}, count); d != "" {
		t.Error(d)
	}
}

// TestCrawlReadsInterfaceDescriptions checks that paths nobody links to are visited.
func TestCrawlReadsInterfaceDescriptions(t *testing.T) {
	t.Parallel()
	target := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/openapi.json" {
			w.WriteHeader(404)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"openapi": "3.0.0", "servers": [{"url": "/api/"}], "paths": {
			"/users/{id}/{part}": {"parameters": [{"name": "id", "in": "path", "schema": {"example": 42}}], "get": {"parameters": [{"name": "q", "in": "query", "required": true, "schema": {"enum": ["a b"]}}, {"name": "r", "in": "query"}]}},
			"/orders": {"post": {}, "delete": {}}, "/odd": {"get": [1], "parameters": "x"}, "/jobs": {"get": {}}}}`)
	})
	r, err := Scan(t.Context(), target, fast(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"/api/jobs", "/api/odd", "/api/users/42/1?q=a+b"}, paths(target, r)[5:]); d != "" {
		t.Error(d)
	}
}

func TestExcludedURLsAreNotVisited(t *testing.T) {
	t.Parallel()
	target := site(t, func(w http.ResponseWriter, r *http.Request) { page200(w, "<html><a href=/admin/x><a href=/x/admin>") })
	o := fast()
	o.Exclude = []string{`https?://[^/]+/admin`, ".*[.](?:json|txt|xml)$"}
	r, err := Scan(t.Context(), target, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"/", "/x/admin"}, paths(target, r)); d != "" {
		t.Error(d)
	}
	o.Exclude = []string{"("}
	if _, err := Scan(t.Context(), target, o, nil); err == nil {
		t.Error("a bad pattern was taken")
	}
}
