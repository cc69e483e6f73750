package probe

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// page serves one answer at a path and 404 elsewhere.
func page(path string, status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path {
			w.WriteHeader(404)
			return
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    Verdict
		url     string
	}{
		"well":              {page("/health", 200, "text/plain", "ok"), Pass, "/health"},
		"own path":          {page("/ready", 200, "text/plain", "ok"), Pass, "/ready"},
		"own path is ill":   {page("/ready", 503, "text/plain", "no"), Fail, "/ready"},
		"ill":               {page("/health", 500, "text/plain", "no"), Fail, "/health"},
		"sends elsewhere":   {page("/health", 302, "text/plain", ""), Fail, "/health"},
		"no such path":      {deny(404), Warn, "/health"},
		"tells a long tale": {page("/health", 200, "text/plain", strings.Repeat("x", healthBody+1)), Warn, "/health"},
	} {
		// In time that is not real, because how long an answer takes is judged.
		synctest.Test(t, func(t *testing.T) {
			got := Health(t.Context(), pipe(t, c.handler), []string{"/ready"})[0]
			if got.Verdict != c.want || !strings.HasSuffix(got.URL, c.url) || got.Rule != HealthRule || got.Evidence == "" {
				t.Errorf("%s: %+v", name, got)
			}
		})
	}
	if got := Health(t.Context(), targetOf(t, "http://127.0.0.1:1"), nil)[0]; got.Verdict != Unknown {
		t.Errorf("nobody there: %+v", got)
	}
}

// TestSlowHealth keeps the probe waiting, in time that is not real.
func TestSlowHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := pipe(t, func(w http.ResponseWriter, r *http.Request) { time.Sleep(3 * time.Second) })
		if got := Health(t.Context(), target, nil)[0]; got.Verdict != Fail || !strings.Contains(got.Message, "within 2s") {
			t.Errorf("%+v", got)
		}
	})
}

// TestLimitedClientsWait covers a service that lets a client through again later.
func TestLimitedClientsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		target := pipe(t, func(w http.ResponseWriter, _ *http.Request) {
			if time.Since(start) < 2*time.Second {
				w.WriteHeader(429)
			}
		})
		if got := Health(t.Context(), target, nil)[0]; got.Verdict != Fail {
			t.Errorf("a health answer that must be waited for passes: %+v", got)
		}
		if r, err := target.ask(t.Context(), question{method: "GET"}); err != nil || r.status != 200 {
			t.Errorf("%+v %v", r, err)
		}
	})
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	const kind, gauge = "text/plain; version=0.0.4", "stella_quota_token_days_remaining "
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    Verdict
		say     string
	}{
		"plenty":           {page("/metrics", 200, kind, "# HELP x y\n# TYPE x gauge\n"+gauge+"21\n"), Pass, "every required one"},
		"with labels":      {page("/metrics", 200, kind, `stella_quota_token_days_remaining{a="}",b="\""} 21 1700000000000`+"\n"), Pass, ""},
		"openmetrics":      {page("/metrics", 200, "application/openmetrics-text", gauge+"21 # {id=\"1\"} 2\n# EOF\n"), Pass, ""},
		"soon":             {page("/metrics", 200, kind, gauge+"5\n"), Warn, "5 days remain"},
		"over":             {page("/metrics", 200, kind, gauge+"0\n"), Fail, "run out"},
		"one of two over":  {page("/metrics", 200, kind, gauge+"9\nstella_quota_token_days_remaining{a=\"b\"} -1\n"), Fail, "run out"},
		"no number":        {page("/metrics", 200, kind, gauge+"NaN\n"), Fail, "says nothing"},
		"one no number":    {page("/metrics", 200, kind, gauge+"9\n"+gauge+"NaN\n"), Fail, "says nothing"},
		"infinite":         {page("/metrics", 200, kind, gauge+"+Inf\n"), Fail, "says nothing"},
		"missing":          {page("/metrics", 200, kind, "up 1\n"), Fail, "is missing"},
		"only a longer":    {page("/metrics", 200, kind, "stella_quota_token_days_remaining_total 9\n"), Fail, "is missing"},
		"empty":            {page("/metrics", 200, kind, ""), Fail, "is missing"},
		"a page":           {page("/metrics", 200, "text/html", "<p>hi"), Fail, "not the Prometheus"},
		"text":             {page("/metrics", 200, kind, "hello there you\n"), Fail, "not the Prometheus"},
		"json":             {page("/metrics", 200, "application/json", `{}`), Fail, "not the Prometheus"},
		"protected":        {page("/metrics", 401, kind, ""), Unknown, "protected"},
		"broken":           {page("/metrics", 500, kind, ""), Fail, "success"},
		"no metrics":       {deny(404), Warn, "no metrics"},
		"cut off at bound": {page("/metrics", 200, kind, gauge+"21\n"+strings.Repeat("some_metric_total{a=\"b\"} 1\n", 4000)), Pass, ""},
	} {
		got := Metrics(t.Context(), serve(t, c.handler), DefaultMetrics())[0]
		if got.Verdict != c.want || !strings.Contains(got.Message, c.say) || got.Evidence == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := Metrics(t.Context(), targetOf(t, "http://127.0.0.1:1"), nil)[0]; got.Verdict != Unknown {
		t.Errorf("nobody there: %+v", got)
	}
}

func FuzzExposition(f *testing.F) {
	f.Add("a{b=\"c\"} 1 2\n# HELP\nx NaN\n")
	f.Add("{\"a\\")
	f.Fuzz(func(t *testing.T, text string) {
		values, bad := exposition([]byte(text))
		total := bad
		for name, v := range values {
			if total += len(v); !metricName(name) || name == "" {
				t.Errorf("%q is no name", name)
			}
		}
		if total > strings.Count(text, "\n")+1 {
			t.Errorf("%d lines", total)
		}
	})
}
