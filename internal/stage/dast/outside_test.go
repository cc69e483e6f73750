package dast

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/dast/probe"
	"github.com/stella-ops/assure/internal/stage/dast/web"
	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

func TestPermit(t *testing.T) {
	x := &test{Stage: New(config.DAST{Target: config.Target{AllowAddresses: []string{"10.1.0.0/16", "fd00:1::/32"}}}, Options{})}
	for addr, want := range map[string][2]bool{ // written out, found behind a name
		"93.184.216.34":          {true, true},
		"2606:2800:220:1::1":     {true, true},
		"10.1.2.3":               {true, true},
		"fd00:1::5":              {true, true},
		"10.2.0.1":               {true, false},
		"192.168.1.1":            {true, false},
		"172.16.0.1":             {true, false},
		"100.64.0.1":             {true, false},
		"fd00:2::1":              {true, false},
		"127.0.0.1":              {true, false},
		"::1":                    {true, false},
		"::ffff:127.0.0.1":       {true, false},
		"169.254.169.254":        {},
		"::ffff:169.254.169.254": {},
		"fe80::1%eth0":           {},
		"fd00:ec2::254":          {},
		"100.100.100.200":        {},
		"168.63.129.16":          {},
		"0.0.0.0":                {},
		"::":                     {},
		"224.0.0.1":              {},
		"ff02::1":                {},
		"255.255.255.255":        {},
	} {
		a := netip.MustParseAddr(addr)
		if got := [2]bool{x.permit(a, true) == nil, x.permit(a, false) == nil}; got != want {
			t.Errorf("%s: %v, want %v", addr, got, want)
		}
	}
}

func TestReachPinsTheAddress(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	u, _ := url.Parse(s.URL)
	answers := [][]netip.Addr{{netip.MustParseAddr("127.0.0.1")}, {netip.MustParseAddr("169.254.169.254")}}
	x := &test{Stage: New(config.DAST{Target: config.Target{URL: "http://app.example:" + u.Port(), AllowAddresses: []string{"127.0.0.0/8"}}}, Options{
		Resolve: func(context.Context, string) ([]netip.Addr, error) {
			a := answers[0]
			answers = answers[1:]
			return a, nil
		},
	})}
	e, dial, err := x.reach(t.Context())
	if err != nil || e.service != "app.example" || e.base.Path != "/" {
		t.Fatal(e, err)
	}
	c, err := dial(t.Context(), "tcp", "app.example:"+u.Port())
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	for _, other := range []string{"app.example:1", "127.0.0.1:" + u.Port(), "other.example:" + u.Port()} {
		if c, err := dial(t.Context(), "tcp", other); err == nil {
			c.Close()
			t.Errorf("%s was dialled", other)
		}
	}
	if _, _, err := x.reach(t.Context()); err == nil || !strings.Contains(err.Error(), "always refused") {
		t.Errorf("a metadata address was accepted: %v", err)
	}
	for name, list := range map[string][]netip.Addr{"one of two": {netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("10.0.0.1")}, "none": nil} {
		answers = [][]netip.Addr{list}
		if _, _, err := x.reach(t.Context()); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// visited runs the stage on a server outside of any stack and returns what it saw.
func visited(t *testing.T, cfg config.DAST, h http.HandlerFunc) (finding.Set, []string, error) {
	t.Helper()
	var mu sync.Mutex
	var methods []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		if !slices.Contains(methods, r.Method) {
			methods = append(methods, r.Method)
		}
		mu.Unlock()
		h(w, r)
	}))
	defer s.Close()
	cfg.Target.URL = s.URL
	p := build(t, t.TempDir(), cfg, map[string]string{"readme.txt": "x"})
	set, err := New(cfg, Options{EngineHost: "unix:///does/not/exist", Now: time.Now}).Run(t.Context(), p, quiet)
	mu.Lock()
	defer mu.Unlock()
	slices.Sort(methods)
	return set, methods, err
}

func TestOutsideTargetIsOnlyRead(t *testing.T) {
	home := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<form method=post action=/login></form><a href="http://elsewhere.example/">x</a>`))
	}
	cfg := config.Default().DAST
	set, methods, err := visited(t, cfg, home)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"GET"}, methods); d != "" {
		t.Errorf("methods: %s", d)
	}
	if set.Judged["zap/10038"] == 0 || set.Judged[probe.PlainHTTPRule] == 0 || set.Judged[probe.MethodsRule]+set.Judged[probe.RateRule]+set.Judged[probe.BearerRule] != 0 {
		t.Errorf("judged %v", set.Judged)
	}
	for _, f := range set.Findings {
		if f.Location.URI == "" || f.Properties["url"] == "" && f.Rule != probe.TLSRule {
			t.Errorf("%+v", f)
		}
	}
	cfg.Target.Own, cfg.RateLimit = true, 10
	set, methods, err = visited(t, cfg, home)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(methods, "TRACE") || !slices.Contains(methods, "POST") || set.Judged[probe.MethodsRule] == 0 || set.Judged[probe.RateRule] == 0 {
		t.Errorf("methods %v, judged %v", methods, set.Judged)
	}
}

func TestOutsideTargetIsRefused(t *testing.T) {
	cfg := config.Default().DAST
	for target, want := range map[string]string{"http://169.254.169.254/latest": "always refused", "http://[fe80::1]/": "always refused"} {
		cfg.Target.URL = target
		p := build(t, t.TempDir(), cfg, map[string]string{"readme.txt": "x"})
		set, err := New(cfg, Options{}).Run(t.Context(), p, quiet)
		if err == nil || !strings.Contains(err.Error(), want) || len(set.Judged) != 0 {
			t.Errorf("%s: %v", target, err)
		}
	}
	cfg.Target.URL, cfg.Engine = "http://127.0.0.1:1", "zap"
	p := build(t, t.TempDir(), cfg, map[string]string{"readme.txt": "x"})
	if _, err := New(cfg, Options{Offline: true}).Run(t.Context(), p, quiet); err == nil || !strings.Contains(err.Error(), "--offline") {
		t.Errorf("a target was contacted offline: %v", err)
	}
	if _, err := New(cfg, Options{}).Run(t.Context(), p, quiet); err == nil || !strings.Contains(err.Error(), "builtin") {
		t.Errorf("zap became builtin: %v", err)
	}
}

// TestBudgets covers steps whose time is over, in time that is not real.
func TestBudgets(t *testing.T) { synctest.Test(t, budgets) }

func budgets(t *testing.T) {
	x := bare(t)
	x.cfg.Budget = config.Budget{Stack: time.Hour, Probes: time.Millisecond, Scan: time.Millisecond}
	never := question{"nothing", func(context.Context) []probe.Outcome {
		t.Error("asked after the end")
		return nil
	}}
	slow := question{"something", func(ctx context.Context) []probe.Outcome {
		<-ctx.Done()
		return []probe.Outcome{{Rule: probe.TraceRule, Service: "web", Verdict: probe.Pass}}
	}}
	if err := x.ask(t.Context(), slow, never); err != nil {
		t.Error(err)
	}
	x.conclude()
	known(t, x.set)
	if len(x.set.Gaps) != 1 || !strings.Contains(x.set.Gaps[0].Message, "dast.budget.probes") || !strings.Contains(x.set.Gaps[0].Message, "not asked: nothing") || x.set.Judged[probe.TraceRule] != 1 {
		t.Errorf("%+v", x.set)
	}
	x = bare(t)
	x.cfg.Budget.Scan, x.cfg.MinURLs = time.Millisecond, 1
	e := endpoint{service: "web", port: 80, base: &url.URL{Scheme: "http", Host: "web:80", Path: "/"}}
	partial := web.Result{Engine: "builtin", URLs: []string{"http://web:80/"}, Alerts: []rules.Alert{{PluginID: 10020, Ref: "10020-1", Name: "x", Risk: "Low", URL: "http://web:80/"}}}
	err := x.scan(t.Context(), e, scanner(func(ctx context.Context, _ web.Target) (web.Result, error) {
		<-ctx.Done()
		return partial, ctx.Err()
	}), web.Target{})
	known(t, x.set)
	if err != nil || len(x.set.Findings) != 1 || len(x.set.Gaps) != 1 || !strings.Contains(x.set.Gaps[0].Message, "dast.budget.scan") || !strings.Contains(x.set.Gaps[0].Message, "incomplete") {
		t.Errorf("%v %+v", err, x.set)
	}
	x = bare(t)
	x.cfg.Budget.Scan = time.Hour
	broken := errors.New("broken")
	err = x.scan(t.Context(), e, scanner(func(context.Context, web.Target) (web.Result, error) { return partial, broken }), web.Target{})
	if !errors.Is(err, broken) || len(x.set.Findings) != 1 {
		t.Errorf("an error loses what was seen: %v %+v", err, x.set)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := x.ask(ctx, never); !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupt is taken for a budget: %v", err)
	}
}

func TestProgressTellsTheBudget(t *testing.T) {
	x := bare(t)
	now, said := time.Unix(0, 0), ""
	x.o.Now = func() time.Time { return now }
	x.say = func(text string) { said = text }
	_ = x.step(t.Context(), "scan", 3*time.Minute, func(context.Context) error {
		now = now.Add(72 * time.Second)
		x.say("37 pages")
		return nil
	})
	if said != "scan 01:12/03:00: 37 pages" {
		t.Error(said)
	}
}

func TestWarningsAreMildFindings(t *testing.T) {
	x := bare(t)
	x.outcomes([]probe.Outcome{
		{Rule: probe.CertificateRule, Service: "web", Verdict: probe.Warn, Message: "by itself"},
		{Rule: probe.MethodsRule, Service: "web", Verdict: probe.Warn, Message: "passes"},
		{Rule: probe.MethodsRule, Service: "web", Verdict: probe.Unknown, Message: "no answer"},
		{Rule: probe.HealthRule, Service: "web", Verdict: probe.Fail, Message: "ill"},
		{Rule: probe.HealthRule, Service: "web", Verdict: probe.Warn, Message: "no check"},
	})
	got := map[string]finding.Severity{}
	for _, f := range x.set.Findings {
		got[f.Rule] = f.Severity
	}
	want := map[string]finding.Severity{probe.CertificateRule: finding.Low, probe.MethodsRule: finding.Low, probe.HealthRule: finding.Medium}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	known(t, x.set)
	if len(x.set.Judged) != 3 || len(x.set.Gaps) != 1 || len(x.set.Seen) > 0 {
		t.Errorf("%+v", x.set)
	}
}
