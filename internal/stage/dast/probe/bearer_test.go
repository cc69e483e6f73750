package probe

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func deny(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) }
}

func TestBearer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		handler http.HandlerFunc
		want    Verdict
		say     string
	}{
		{"demands a token", deny(401), Pass, "401"},
		{"open", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/jobs" {
				w.WriteHeader(404)
			}
		}, Fail, "GET with no token"},
		{"no such path", deny(404), NotApplicable, "no such path"},
		{"forbidden", deny(403), Warn, "403"},
		{"broken", deny(500), Unknown, "neither"},
		{"login page", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", 302) }, Unknown, "neither"},
		{"neither GET nor POST", deny(405), Unknown, "neither"},
		{"POST is protected", func(w http.ResponseWriter, r *http.Request) {
			status := 405
			if r.Method == "POST" {
				status = 401
			}
			w.WriteHeader(status)
		}, Pass, "401"},
		{"POST is read first", func(w http.ResponseWriter, r *http.Request) {
			status := 401
			if r.Method == "POST" {
				status = 400
			}
			w.WriteHeader(status)
		}, Unknown, "POST is read before"},
		{"open POST", only(func(r *http.Request) bool { return r.Method == "POST" }), Fail, "POST with no token"},
		{"any token", only(func(r *http.Request) bool { return r.Header.Get("Authorization") != "" }), Fail, "made-up token"},
		{"unsigned token", only(func(r *http.Request) bool { return strings.HasSuffix(r.Header.Get("Authorization"), ".") }), Fail, "alg none"},
		{"token in the query", only(func(r *http.Request) bool { return r.URL.Query().Get("access_token") != "" }), Fail, "in the query"},
		{"believes headers", only(func(r *http.Request) bool { return r.Header.Get("X-Forwarded-For") == "127.0.0.1" }), Fail, "come from 127.0.0.1"},
		{"believes another service", only(func(r *http.Request) bool { return strings.Contains(r.Header.Get("Forwarded"), "10.1.2.3") }), Fail, "come from 10.1.2.3"},
		{"empty token", only(func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer" }), Fail, "empty token"},
		{"any user", only(func(r *http.Request) bool { return strings.HasPrefix(r.Header.Get("Authorization"), "Basic") }), Fail, "without a password"},
		{"open POST below", only(func(r *http.Request) bool { return r.Method == "POST" && r.URL.Path != "/jobs" }), Fail, "POST with no token"},
		{"the path in a header", func(w http.ResponseWriter, r *http.Request) {
			path := r.URL.Path
			if rewrite := r.Header.Get("X-Original-Url"); rewrite != "" {
				path = "allowed " + rewrite
			}
			if path == "/jobs" {
				w.WriteHeader(401)
			} else if path != "/" && !strings.HasPrefix(path, "allowed") {
				w.WriteHeader(404)
			}
			_, _ = w.Write([]byte(path))
		}, Fail, "path in a header"},
		{"a start page", func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/jobs") {
				w.WriteHeader(401)
			} else if r.RequestURI != "/" {
				w.WriteHeader(404)
			}
			_, _ = w.Write([]byte("hello"))
		}, Pass, "401"},
		{"encoded dot", only(func(r *http.Request) bool { return r.RequestURI == "/%2e/jobs" }), Fail, "another spelling"},
		{"twice encoded letter", only(func(r *http.Request) bool { return r.RequestURI == "/%256Aobs" }), Fail, "another spelling"},
		{"up and down", only(func(r *http.Request) bool { return r.RequestURI == "/assure-probe/../jobs" }), Fail, "another spelling"},
		{"up with a parameter", only(func(r *http.Request) bool { return r.RequestURI == "/assure-probe/..;/jobs" }), Fail, "another spelling"},
		{"suffix", only(func(r *http.Request) bool { return r.RequestURI == "/jobs.json" }), Fail, "another spelling"},
		{"trailing slash", only(func(r *http.Request) bool { return r.RequestURI == "/jobs/" }), Fail, "another spelling"},
		{"double slash", only(func(r *http.Request) bool { return r.RequestURI == "//jobs" }), Fail, "another spelling"},
		{"dot segment", only(func(r *http.Request) bool { return r.RequestURI == "/./jobs" }), Fail, "another spelling"},
		{"upper case", only(func(r *http.Request) bool { return r.RequestURI == "/JOBS" }), Fail, "another spelling"},
		{"encoded letter", only(func(r *http.Request) bool { return r.RequestURI == "/%6Aobs" }), Fail, "another spelling"},
		{"encoded slash", only(func(r *http.Request) bool { return r.RequestURI == "/jobs%2f" }), Fail, "another spelling"},
		{"path parameter", only(func(r *http.Request) bool { return r.RequestURI == "/jobs;a" }), Fail, "another spelling"},
		{"below", only(func(r *http.Request) bool { return r.Method == "GET" && r.RequestURI == "/jobs/assure-probe" }), Fail, "another spelling"},
		{"one page for every path", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("<div id=app>")) }, Unknown, "does not exist"},
		{"one page for every unknown path", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/jobs" {
				w.WriteHeader(401)
				return
			}
			_, _ = w.Write([]byte("<div id=app>"))
		}, Pass, "401"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			target := serve(t, test.handler)
			target.Peer = "10.1.2.3"
			got := Bearer(t.Context(), target, []string{"/jobs*"})
			if len(got) != 1 || got[0].Verdict != test.want || !strings.Contains(got[0].Message, test.say) {
				t.Errorf("got %+v, want %s with %q", got, test.want, test.say)
			}
		})
	}
}

// only opens the requests that match and demands a token for the others.
func only(match func(*http.Request) bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !match(r) {
			w.WriteHeader(401)
		}
	}
}

func TestBearerWithoutAService(t *testing.T) {
	t.Parallel()
	got := verdicts(Bearer(t.Context(), targetOf(t, "http://127.0.0.1:1"), []string{"/jobs", "/x"}))
	if d := cmp.Diff([]string{"probe/bearer-token unknown"}, got); d != "" {
		t.Error(d)
	}
	half := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if w.WriteHeader(401); strings.HasSuffix(r.URL.Path, ";a") {
			panic(http.ErrAbortHandler)
		}
	})
	if got := Bearer(t.Context(), half, []string{"/jobs"}); got[0].Verdict != Unknown {
		t.Errorf("an attempt without an answer passes: %+v", got)
	}
}

// TestPositiveControl has a token that opens the path, or does not.
func TestPositiveControl(t *testing.T) {
	t.Parallel()
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !strings.HasPrefix(r.URL.Path, "/jobs"):
			w.WriteHeader(404)
		case r.Header.Get("Authorization") != "Bearer good":
			w.WriteHeader(401)
		}
	})
	for token, want := range map[string]Verdict{"": Pass, "good": Pass, "stale": Unknown} {
		target.Token = token
		got := Bearer(t.Context(), target, []string{"/jobs"})[0]
		if got.Verdict != want || strings.Contains(got.Evidence, "with the token") != (token != "") {
			t.Errorf("token %q: %+v", token, got)
		}
	}
}
