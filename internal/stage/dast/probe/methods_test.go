package probe

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// serve starts a server and returns it as a target.
func serve(t *testing.T, h http.HandlerFunc) Target {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return targetOf(t, s.URL)
}

func targetOf(t *testing.T, raw string) Target {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return Target{Base: u, Service: "backend"}
}

// speak starts a TCP server that hears one request and says one thing.
func speak(t *testing.T, answer string, hang bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = conn.Read(make([]byte, 4096))
				_, _ = io.WriteString(conn, answer)
				if hang {
					<-t.Context().Done()
				}
			}()
		}
	}()
	return l.Addr().String()
}

// verdicts lists outcomes as "rule verdict", in order and without repetition.
func verdicts(outcomes []Outcome) []string {
	var list []string
	for _, o := range outcomes {
		line := o.Rule + " " + string(o.Verdict)
		if len(list) == 0 || list[len(list)-1] != line {
			list = append(list, line)
		}
	}
	return list
}

func TestMethods(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		handler http.HandlerFunc
		want    []string
	}{
		{"strict ingress", func(w http.ResponseWriter, r *http.Request) {
			if r.Method != "GET" {
				w.WriteHeader(405)
			}
		}, []string{"probe/trace pass", "probe/allowed-methods pass"}},
		{"everything goes", func(w http.ResponseWriter, r *http.Request) {}, []string{"probe/trace pass", "probe/allowed-methods fail"}},
		{"not filtered in front", func(w http.ResponseWriter, r *http.Request) {
			if r.Method != "GET" {
				w.WriteHeader(404)
			}
		}, []string{"probe/trace pass", "probe/allowed-methods warn"}},
		{"an override is obeyed", func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Header.Get("X-Http-Method") == "DELETE":
			case r.Method == "GET" || r.Method == "POST":
				w.WriteHeader(404)
			default:
				w.WriteHeader(405)
			}
		}, []string{"probe/trace pass", "probe/allowed-methods pass", "probe/allowed-methods fail"}},
		{"an override reaches the router", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Http-Method-Override") != "" || r.Method != "GET" && r.Method != "POST" {
				w.WriteHeader(405)
			}
		}, []string{"probe/trace pass", "probe/allowed-methods pass", "probe/allowed-methods warn"}},
		{"server errors", func(w http.ResponseWriter, r *http.Request) {
			if r.Method != "GET" {
				w.WriteHeader(502)
			}
		}, []string{"probe/trace pass", "probe/allowed-methods unknown"}},
		{"trace echoes", func(w http.ResponseWriter, r *http.Request) {
			switch r.Method {
			case "GET":
			case "TRACE":
				_ = r.Header.Write(w)
			default:
				w.WriteHeader(501)
			}
		}, []string{"probe/trace fail", "probe/allowed-methods fail", "probe/allowed-methods pass"}},
		{"a made-up verb is served on the home page", func(w http.ResponseWriter, r *http.Request) {
			if r.Method != "GET" && (r.Method != madeUp || r.URL.Path != "/") {
				w.WriteHeader(403)
			}
		}, []string{"probe/trace pass", "probe/allowed-methods pass", "probe/allowed-methods fail"}},
		{"redirects to TLS", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://backend/", http.StatusMovedPermanently)
		}, []string{"probe/allowed-methods not-applicable", "probe/trace pass"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := Methods(t.Context(), serve(t, test.handler), nil)
			if d := cmp.Diff(test.want, verdicts(got)); d != "" {
				t.Errorf("%s\n%v", d, got)
			}
		})
	}
}

// TestMethodsChangeNothing makes sure that methods that could change something are
// asked for on a path that does not exist only.
func TestMethodsChangeNothing(t *testing.T) {
	t.Parallel()
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case "PUT", "DELETE", "PATCH", "POST":
			if r.URL.Path != missing {
				t.Errorf("%s %s", r.Method, r.URL.Path)
			}
		}
	})
	allowed := []string{"get", "PUT"}
	for _, o := range Methods(t.Context(), target, allowed) {
		if strings.Contains(o.Message, "PUT") {
			t.Errorf("an allowed method is judged: %v", o)
		}
		if o.Service != "backend" || o.URL == "" || o.Evidence == "" {
			t.Errorf("incomplete: %+v", o)
		}
	}
}

func TestMethodsWithoutAService(t *testing.T) {
	t.Parallel()
	for name, addr := range map[string]string{"closed": "127.0.0.1:1", "no http": speak(t, "SSH-2.0-x\r\n", false)} {
		got := verdicts(Methods(t.Context(), targetOf(t, "http://"+addr), nil))
		if d := cmp.Diff([]string{"probe/allowed-methods unknown", "probe/trace unknown"}, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestDialIsUsed(t *testing.T) {
	t.Parallel()
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Host)
	})
	addr := target.Base.Host
	target.Base = &url.URL{Scheme: "http", Host: "backend.stack:8080"}
	target.Dial = func(ctx context.Context, network, asked string) (net.Conn, error) {
		if asked != "backend.stack:8080" {
			t.Errorf("asked for %s", asked)
		}
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
	r, err := target.ask(t.Context(), question{method: "GET"})
	if err != nil || string(r.body) != "backend.stack:8080" {
		t.Errorf("%q, %v", r.body, err)
	}
}

func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	for _, r := range Rules() {
		if r.Title == "" || r.Description == "" || r.Remediation == "" || len(r.Controls) == 0 || strings.HasSuffix(r.Title, ".") {
			t.Errorf("incomplete: %+v", r)
		}
	}
}
