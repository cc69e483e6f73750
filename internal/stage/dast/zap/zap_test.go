package zap_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/stage/dast/web"
	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
	"github.com/stella-ops/assure/internal/stage/dast/zap"
	"github.com/stella-ops/assure/internal/stage/dast/zap/zaptest"
)

const key = "s3cret/key+of=the run"

func target(t *testing.T, seeds ...string) web.Target {
	t.Helper()
	u, err := url.Parse("http://backend:80/app")
	if err != nil {
		t.Fatal(err)
	}
	return web.Target{Base: u, Service: "backend", Seeds: seeds}
}

func config(s *zaptest.Server) zap.Config {
	return zap.Config{
		URL: s.URL, APIKey: key, Poll: time.Millisecond, Timeout: time.Minute,
		StartTimeout: 5 * time.Second, SpiderTimeout: 5 * time.Second, PassiveTimeout: 5 * time.Second,
	}
}

func rawAlert(id int, plugin, ref, risk, link string) map[string]any {
	return map[string]any{
		"id": strconv.Itoa(id), "pluginId": plugin, "alertRef": ref, "risk": risk, "confidence": "Medium", "url": link, "method": "GET",
		"name": "Name " + ref, "alert": "Name " + ref, "param": "p", "evidence": "<e>", "other": "", "cweid": "693", "wascid": 15, "description": "D", "solution": "S", "reference": "R",
		"sourceid": "3", "messageId": "1", "tags": map[string]any{"SYSTEMIC": ""}, "attack": "", "inputVector": "",
	}
}

func TestScanGoesThroughTheBaseline(t *testing.T) {
	t.Parallel()
	s := zaptest.New(t, zaptest.Options{
		Key: key, SlowStart: 2, SpiderSteps: 3,
		URLs: []string{"http://backend/b", "http://backend/a", "http://backend/a", "http://evil.example/x"},
		Alerts: []map[string]any{
			rawAlert(1, "10038", "10038-1", "Medium", "http://backend/a"),
			rawAlert(2, "10098", "10098", "Medium", "http://backend.evil.example/a"),
			rawAlert(3, "424242", "424242", "High", "http://backend/b"),
		},
	})
	var said []string
	r, err := zap.New(config(s)).Scan(t.Context(), target(t, "/health", "http://evil.example/"), func(line string) { said = append(said, line) })
	if err != nil {
		t.Fatal(err)
	}
	calls := []string{
		"core/view/version", "pscan/action/disableAllTags", "pscan/action/setMaxAlertsPerRule", "spider/action/setOptionMaxDepth",
		"spider/action/setOptionMaxDuration", "spider/action/setOptionPostForm", "context/action/removeContext", "context/action/newContext",
		"context/action/includeInContext", "network/action/addRateLimitRule", "core/action/accessUrl", "spider/action/scan",
		"spider/view/status", "pscan/view/recordsToScan", "core/view/urls", "pscan/view/scanners", "core/view/alerts",
		"network/action/removeRateLimitRule", "context/action/removeContext",
	}
	if d := cmp.Diff(calls, s.Calls()); d != "" {
		t.Error("calls:", d)
	}
	if r.Engine != "zap 2.16.1" || r.Requests != 2 || len(r.Gaps) != 0 || len(said) == 0 {
		t.Errorf("engine %q, %d requests, gaps %q, said %d lines", r.Engine, r.Requests, r.Gaps, len(said))
	}
	if d := cmp.Diff([]string{"http://backend/a", "http://backend/b"}, r.URLs); d != "" {
		t.Error("urls:", d)
	}
	want := []rules.Alert{
		{PluginID: 10038, Ref: "10038-1", Name: "Name 10038-1", Risk: "Medium", Confidence: "Medium", CWE: 693, WASC: 15, Method: "GET", URL: "http://backend/a", Param: "p", Evidence: "<e>", Description: "D", Solution: "S", Reference: "R"},
		{PluginID: 424242, Ref: "424242", Name: "Name 424242", Risk: "High", Confidence: "Medium", CWE: 693, WASC: 15, Method: "GET", URL: "http://backend/b", Param: "p", Evidence: "<e>", Description: "D", Solution: "S", Reference: "R"},
	}
	if d := cmp.Diff(want, r.Alerts); d != "" {
		t.Error("alerts:", d)
	}
	var ids []string
	for _, rule := range r.Rules {
		ids = append(ids, rule.ID)
	}
	if d := cmp.Diff([]string{"zap/10020", "zap/10038", "zap/90022", "zap/424242"}, ids); d != "" {
		t.Error("rules:", d)
	}
	if notes := strings.Join(r.Notes, "\n"); !strings.Contains(notes, "outside the target") || !strings.Contains(notes, "1 alerts of other hosts") {
		t.Errorf("notes: %s", notes)
	}
}

func TestAlertsArePagedWithoutRepetition(t *testing.T) {
	t.Parallel()
	var alerts []map[string]any
	for i := range 1203 {
		alerts = append(alerts, rawAlert(i, "10038", "10038-1", "Medium", fmt.Sprintf("http://backend/%d", i)))
	}
	s := zaptest.New(t, zaptest.Options{Key: key, URLs: []string{"http://backend/"}, Alerts: alerts})
	r, err := zap.New(config(s)).Scan(t.Context(), target(t), nil)
	if err != nil || len(r.Alerts) != len(alerts) {
		t.Fatalf("got %d alerts of %d, error %v", len(r.Alerts), len(alerts), err)
	}
}

func TestScanFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		options zaptest.Options
		change  func(*zap.Config)
		want    string
	}{
		{"wrong key", zaptest.Options{}, func(c *zap.Config) { c.APIKey, c.StartTimeout = "wrong "+key, 20*time.Millisecond }, "API key is wrong"},
		{"slow start", zaptest.Options{SlowStart: 1 << 30}, func(c *zap.Config) { c.StartTimeout = 20 * time.Millisecond }, "no ZAP answered within"},
		{"target away", zaptest.Options{Unreachable: true}, nil, "url_not_found"},
		{"hang", zaptest.Options{Hang: "spider/view/status"}, func(c *zap.Config) { c.Timeout = 50 * time.Millisecond }, "no answer within 50ms"},
		{"crash", zaptest.Options{Crash: "pscan/view/recordsToScan"}, nil, "crashed"},
		{"redirect", zaptest.Options{Redirect: "core/view/alerts"}, nil, "HTTP 302 redirects"},
		{"endless answer", zaptest.Options{Flood: "core/view/alerts"}, nil, "longer than"},
		{"no json", zaptest.Options{Override: map[string]string{"core/view/urls": "<html>"}}, nil, "read ZAP's answer"},
		{"key missing", zaptest.Options{Override: map[string]string{"spider/action/scan": `{"code":"x","apikey":"` + key + `"}`}}, nil, `has no "scan"`},
		{"setting refused", zaptest.Options{Override: map[string]string{"pscan/action/disableAllTags": `{"Result":"FAIL"}`}}, nil, `"FAIL" to a setting`},
		{"queue unreadable", zaptest.Options{Override: map[string]string{"pscan/view/recordsToScan": `{"recordsToScan":{}}`}}, nil, "waiting answers"},
		{"no URL", zaptest.Options{}, func(c *zap.Config) { c.URL = "127.0.0.1:8090" }, "set zap-url"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.options.Key = key
			s := zaptest.New(t, test.options)
			c := config(s)
			if test.change != nil {
				test.change(&c)
			}
			_, err := zap.New(c).Scan(t.Context(), target(t), nil)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v, want one with %q", err, test.want)
			}
			if strings.Contains(err.Error(), key) || strings.Contains(err.Error(), url.QueryEscape(key)) {
				t.Errorf("the error holds the API key: %v", err)
			}
		})
	}
}

func TestScanSaysWhatItDidNotSee(t *testing.T) {
	t.Parallel()
	odd := rawAlert(1, "10038", "10038-1", "Catastrophic", "http://backend/")
	proven := rawAlert(2, "10038", "10038-1", "Low", "http://backend/")
	proven["confidence"] = "False Positive"
	s := zaptest.New(t, zaptest.Options{
		Key: key, StuckQueue: true, StuckSpider: true, Alerts: []map[string]any{odd, proven},
		Override: map[string]string{"pscan/view/scanners": `{"scanners":[]}`},
	})
	c := config(s)
	c.SpiderTimeout, c.PassiveTimeout = 5*time.Millisecond, 5*time.Millisecond
	r, err := zap.New(c).Scan(t.Context(), target(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	gaps := strings.Join(r.Gaps, "\n")
	for _, want := range []string{"spider did not finish", "did not judge 3 answers", "visited no URL", "no passive rule", `unknown risk "Catastrophic"`} {
		if !strings.Contains(gaps, want) {
			t.Errorf("no gap says %q:\n%s", want, gaps)
		}
	}
	if !s.Stopped() {
		t.Error("the spider was not stopped")
	}
	if len(r.Alerts) != 0 || !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "false positives") }) {
		t.Errorf("alerts %v, notes %q", r.Alerts, r.Notes)
	}
}

func TestScanStopsWithItsContext(t *testing.T) {
	t.Parallel()
	cause := errors.New("the user gave up")
	ctx, cancel := context.WithCancelCause(t.Context())
	s := zaptest.New(t, zaptest.Options{Key: key, Hang: "core/view/version", Hanging: func() { cancel(cause) }})
	c := config(s)
	c.Timeout, c.StartTimeout = time.Hour, time.Hour
	_, err := zap.New(c).Scan(ctx, target(t), nil)
	if err == nil || ctx.Err() == nil {
		t.Fatalf("error %v", err)
	}
}

// TestStandInIsStrict makes sure that the stand-in refuses what ZAP would.
func TestStandInIsStrict(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/JSON/core/view/unheard/", "/OTHER/core/view/version/", "/JSON/core/view/version/?x=1"} {
		spy := &recorder{TB: t}
		s := zaptest.New(spy, zaptest.Options{Key: key})
		req := httptest.NewRequest(http.MethodGet, path, nil)
		req.Header.Set("X-ZAP-API-Key", key)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		if w.Code != http.StatusBadRequest || !spy.failed {
			t.Errorf("%s: HTTP %d, test failed %v", path, w.Code, spy.failed)
		}
	}
}

type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Errorf(string, ...any) { r.failed = true }

// TestScanSetsUpAndLeaves goes through everything that is optional, and looks at what
// ZAP was told while it scanned and what is left afterwards.
func TestScanSetsUpAndLeaves(t *testing.T) {
	t.Parallel()
	const secret = "Bearer a+b/c ="
	s := zaptest.New(t, zaptest.Options{Key: key, URLs: []string{"http://backend/"}})
	c := config(s)
	c.Headers, c.Exclude, c.Ajax = http.Header{"Authorization": {secret}}, []string{"http://backend/admin"}, true
	var during map[string]string
	c.Fetch = func(_ context.Context, path string, _ int64) ([]byte, error) {
		during = s.Set()
		if strings.HasSuffix(path, ".html") {
			return nil, errors.New("no such file, " + secret)
		}
		return []byte(path), nil
	}
	r, err := zap.New(c).Scan(t.Context(), target(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	origin := `http://backend(?:[/?#].*)?`
	want := map[string]string{
		"context assure": "+" + origin + " -http://backend/admin.* ", "replacer assure Authorization": "Authorization: " + secret + " at " + origin,
		"network assure": origin + ": 20 at ",
	}
	if d := cmp.Diff(want, during); d != "" {
		t.Error(d)
	}
	if left := s.Set(); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if !slices.Contains(s.Calls(), "ajaxSpider/view/status") {
		t.Errorf("calls %q", s.Calls())
	}
	if len(r.Files) != 1 || r.Files[0].Name != "zap/zap_report.json" || string(r.Files[0].Data) != "/tmp/zap_report.json" {
		t.Errorf("files %+v", r.Files)
	}
	notes := strings.Join(r.Notes, "\n")
	if !strings.Contains(notes, "zap_report.html is missing") || strings.Contains(notes, secret) || len(r.Gaps) != 0 {
		t.Errorf("notes %q, gaps %q", r.Notes, r.Gaps)
	}
}

// TestSecondScanOfOneZAP uses a ZAP in which an interrupted run left its context.
func TestSecondScanOfOneZAP(t *testing.T) {
	t.Parallel()
	s := zaptest.New(t, zaptest.Options{Key: key, URLs: []string{"http://backend/"}, Crash: "core/view/urls", NoRateLimit: true})
	if _, err := zap.New(config(s)).Scan(t.Context(), target(t), nil); err == nil || len(s.Set()) == 0 {
		t.Fatalf("error %v, set %v", err, s.Set())
	}
	s.Revive()
	r, err := zap.New(config(s)).Scan(t.Context(), target(t), nil)
	if err != nil || len(s.Set()) != 0 || !strings.Contains(strings.Join(r.Notes, "\n"), "no rate limits") {
		t.Errorf("error %v, set %v, notes %q", err, s.Set(), r.Notes)
	}
}

func TestAjaxSpiderIsStopped(t *testing.T) {
	t.Parallel()
	s := zaptest.New(t, zaptest.Options{Key: key, URLs: []string{"http://backend/"}, StuckAjax: true})
	c := config(s)
	c.Ajax, c.SpiderTimeout = true, 5*time.Millisecond
	r, err := zap.New(c).Scan(t.Context(), target(t), nil)
	if err != nil || !s.Stopped() || !strings.Contains(strings.Join(r.Gaps, "\n"), "ajax spider did not finish") {
		t.Errorf("error %v, stopped %v, gaps %q", err, s.Stopped(), r.Gaps)
	}
}

// TestErrorsHoldNoCredentials lets ZAP refuse the header and repeat it.
func TestErrorsHoldNoCredentials(t *testing.T) {
	t.Parallel()
	const secret = "Bearer a+b/c ="
	s := zaptest.New(t, zaptest.Options{Key: key, Override: map[string]string{"replacer/action/addRule": `{"code":"x","message":"` + secret + ` ` + url.QueryEscape(secret) + `"}`}})
	c := config(s)
	c.Headers = http.Header{"Authorization": {secret}}
	_, err := zap.New(c).Scan(t.Context(), target(t), nil)
	if err == nil || !strings.Contains(err.Error(), "set the header Authorization") || strings.Contains(err.Error(), "a+b/c") || strings.Contains(err.Error(), url.QueryEscape(secret)) {
		t.Errorf("error %v", err)
	}
}
