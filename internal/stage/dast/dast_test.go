package dast

import (
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/dast/probe"
	"github.com/stella-ops/assure/internal/stage/dast/stack"
	"github.com/stella-ops/assure/internal/stage/dast/web"
)

// build writes the files to a repository and plans it.
func build(t testing.TB, root string, cfg config.DAST, files map[string]string) *plan.Plan {
	t.Helper()
	for name, data := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := source.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	p, err := plan.Build(t.Context(), tree, config.Config{DAST: cfg}, plan.Event{Name: "local"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func quiet(string) {}

func TestForksDoNotRunCode(t *testing.T) {
	s := New(config.Default().DAST, Options{})
	if got := s.Skip(&plan.Plan{}); got != "" {
		t.Errorf("a local run is skipped: %s", got)
	}
	if got := s.Skip(&plan.Plan{Event: plan.Event{Name: "pull_request", Fork: true}}); !strings.Contains(got, "fork") {
		t.Errorf("the reason is %q", got)
	}
}

func TestNothingToStart(t *testing.T) {
	p := &plan.Plan{Problems: []plan.Problem{{Message: "unreadable", Stages: []string{"dast"}}}}
	set, err := New(config.Default().DAST, Options{EngineHost: "unix:///does/not/exist"}).Run(t.Context(), p, quiet)
	if err != nil || len(set.Coverage) != 0 || len(set.Gaps) != 1 || len(set.Rules) == 0 {
		t.Errorf("set %+v, error %v", set, err)
	}
}

func TestNoEngine(t *testing.T) {
	p := build(t, t.TempDir(), config.DAST{}, map[string]string{"compose.yml": "services: {web: {image: web}}"})
	_, err := New(config.Default().DAST, Options{EngineHost: "unix://" + t.TempDir() + "/none.sock"}).Run(t.Context(), p, quiet)
	if err == nil || !strings.Contains(err.Error(), "no container engine answers at unix://") || !strings.Contains(err.Error(), "--stages deps,hardening,images") {
		t.Errorf("error: %v", err)
	}
}

func TestEveryRuleHasOneDefinition(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.ID] {
			t.Errorf("%s is defined twice", r.ID)
		}
		seen[r.ID] = true
		if r.Title == "" || r.Description == "" || r.Remediation == "" {
			t.Errorf("%s lacks a text: %+v", r.ID, r)
		}
	}
}

func TestTemplate(t *testing.T) {
	for in, want := range map[string]string{
		"http://web:8080/":               "/",
		"http://web/users/42/edit?x=1":   "/users/{id}/edit",
		"http://web/v1/about":            "/v1/about",
		"http://web/o/0fa81b2c-11aa":     "/o/{id}",
		"http://web/feedback/defaced":    "/feedback/defaced",
		"http://web/%zz":                 "?",
		"http://web/a/deadbeefdeadbeef1": "/a/{id}",
	} {
		if got := template(in); got != want {
			t.Errorf("template(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestAlikeAlertsAreOneFinding(t *testing.T) {
	groups := alike([]web.Alert{
		{Ref: "1-1", Method: "GET", URL: "http://w/u/1"},
		{Ref: "1-1", Method: "GET", URL: "http://w/u/2"},
		{Ref: "1-2", Method: "GET", URL: "http://w/u/2"},
		{Ref: "1-1", Method: "GET", URL: "http://w/u/2", Param: "q"},
		{Ref: "2", Method: "GET", URL: "http://w/a", Systemic: true},
		{Ref: "2", Method: "GET", URL: "http://w/b", Systemic: true},
	})
	var sizes []int
	for _, g := range groups {
		sizes = append(sizes, len(g))
	}
	if diff := cmp.Diff([]int{2, 1, 1, 2}, sizes); diff != "" {
		t.Error(diff)
	}
}

func TestWeigh(t *testing.T) {
	for level, want := range map[string]finding.Severity{"": finding.Info, "WARN": finding.Medium, "FAIL": finding.High} {
		if got := weigh(web.Alert{Risk: "Medium", Level: level, Heuristic: true}); got != want {
			t.Errorf("a guess with level %q weighs %v, want %v", level, got, want)
		}
	}
	for _, c := range []struct {
		risk, level string
		want        finding.Severity
	}{{"Low", "", finding.Low}, {"High", "INFO", finding.Info}, {"Low", "FAIL", finding.High}, {"Medium", "WARN", finding.Medium}} {
		if got := weigh(web.Alert{Risk: c.risk, Level: c.level}); got != c.want {
			t.Errorf("%v: %v", c, got)
		}
	}
}

// bare is a test without an engine, for everything that happens after the stack is up.
func bare(t *testing.T) *test {
	t.Helper()
	p := build(t, t.TempDir(), config.DAST{}, map[string]string{"compose.yml": "services:\n  web:\n    image: web\n    user: root\n"})
	e := stack.Engine{}
	s, err := stack.New(&e, stack.Model{Project: project(t, p), Secrets: []string{"hunter2"}}, stack.Options{Run: "x", Paths: stack.Paths{Root: p.Root}})
	if err != nil {
		t.Fatal(err)
	}
	return &test{
		Stage: New(config.Default().DAST, Options{Now: func() time.Time { return time.Unix(0, 0) }}), plan: p, stack: s,
		doc: document(p, p.Stacks[0]), set: &finding.Set{Rules: Rules()}, say: quiet,
	}
}

func TestOutcomes(t *testing.T) {
	x := bare(t)
	x.outcomes([]probe.Outcome{
		{Rule: "probe/run-as-root", Service: "web", Verdict: probe.Fail, Message: "service web runs as root, password hunter2"},
		{Rule: "probe/writable-root", Service: "web", Verdict: probe.Pass},
		{Rule: "probe/capabilities", Service: "web", Verdict: probe.Unknown, Message: "no answer"},
		{Rule: probe.MethodsRule, Service: "web", Verdict: probe.Pass, Message: "PUT is refused."},
		{Rule: probe.MethodsRule, Service: "web", Verdict: probe.Unknown, Message: "DELETE reached it.", Evidence: "404"},
		{Rule: probe.BearerRule, Service: "web", Verdict: probe.Unknown, Message: "no answer"},
		{Rule: probe.TLSRule, Service: "web", Verdict: probe.NotApplicable},
		{Rule: probe.TraceRule, Service: "web", Verdict: probe.Fail, Message: "TRACE echoes.", URL: "http://web/", Evidence: "200"},
		{Rule: probe.TraceRule, Service: "web", Verdict: probe.Unknown, Message: "no answer"},
	})
	if diff := cmp.Diff(map[string]int{"probe/run-as-root": 1, "probe/writable-root": 1, probe.TraceRule: 1}, x.set.Judged); diff != "" {
		t.Error(diff)
	}
	if len(x.set.Findings) != 2 || len(x.set.Gaps) != 3 || len(x.set.Notes) != 1 {
		t.Fatalf("%+v", x.set)
	}
	root, trace := x.set.Findings[0], x.set.Findings[1]
	if root.Location.String() != "compose.yml:4:5" && root.Location.String() != "compose.yml:4:11" || strings.Contains(root.Message, "hunter2") || root.Severity != finding.High {
		t.Errorf("%+v", root)
	}
	if trace.Location.Region.StartLine != 2 || trace.Properties["url"] != "http://web/" || !strings.HasPrefix(trace.Message, "service web: TRACE") {
		t.Errorf("%+v", trace)
	}
}

func TestResult(t *testing.T) {
	x := bare(t)
	x.cfg.MinURLs = 2
	e := endpoint{service: "web", port: 80, base: &url.URL{Scheme: "http", Host: "web:80", Path: "/"}}
	alert := web.Alert{PluginID: 10020, Ref: "10020-1", Name: "Missing Header", Risk: "Medium", Method: "GET", URL: "http://web:80/a", Evidence: "token hunter2", Solution: "set it", CWE: 1021}
	result := web.Result{Engine: "builtin", URLs: []string{"http://web:80/a"}, Alerts: []web.Alert{alert}, Rules: []finding.Rule{{ID: "zap/10020"}, {ID: "zap/77777"}}, Gaps: []string{"page cut off"}}
	x.result(e, result)
	if len(x.set.Gaps) != 2 || x.set.Judged["zap/10020"] != 0 || !strings.Contains(x.set.Gaps[1].Message, "dast.min-urls") {
		t.Errorf("one page of two counted: %+v", x.set)
	}
	result.URLs = append(result.URLs, "http://web:80/b")
	x.set.Gaps = nil
	x.result(e, result)
	if len(x.set.Gaps) != 1 || x.set.Judged["zap/77777"] != 1 || x.set.Rules[len(x.set.Rules)-1].ID != "zap/77777" {
		t.Errorf("%+v", x.set)
	}
	f := x.set.Findings[1]
	want := finding.Finding{
		Rule: "zap/10020", Severity: finding.Medium, Message: "service web: Missing Header at http://web:80/a", Location: f.Location, Subject: "web",
		Key: "10020-1 GET /a ", Remediation: "set it", Properties: map[string]string{
			"url": "http://web:80/a", "urls": "http://web:80/a", "count": "1", "method": "GET", "evidence": "token ***", "risk": "Medium",
			"alert_ref": "10020-1", "engine": "builtin", "cwe": "1021",
		},
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Error(diff)
	}
	if f.Location.Region.StartLine != 2 {
		t.Errorf("the finding is at %s", f.Location)
	}
	var names []string
	for _, f := range x.set.Files[:3] {
		names = append(names, f.Name)
		if strings.Contains(string(f.Data), "hunter2") {
			t.Errorf("%s shows a secret", f.Name)
		}
	}
	if diff := cmp.Diff([]string{"zap/report_json.json", "zap/report_md.md", "zap/report_html.html"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestDialerStaysInTheStack(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	dial := dialer([]stack.Service{{Name: "web", Addr: netip.MustParseAddr("127.0.0.1")}, {Name: "done", Addr: netip.MustParseAddr("127.0.0.1"), Exited: true}})
	if c, err := dial(t.Context(), "tcp", "web:"+port); err != nil {
		t.Error(err)
	} else {
		c.Close()
	}
	for _, addr := range []string{"127.0.0.1:" + port, "localhost:" + port, "done:" + port, "169.254.169.254:80", "web"} {
		if c, err := dial(t.Context(), "tcp", addr); err == nil {
			c.Close()
			t.Errorf("%s was reached", addr)
		}
	}
}

func TestSeedsComeFromTheHealthCheck(t *testing.T) {
	x := bare(t)
	x.cfg.Target.Paths = []string{"/start"}
	p := build(t, t.TempDir(), config.DAST{}, map[string]string{"compose.yml": "services: {web: {image: w, healthcheck: {test: 'wget -q \"https://localhost:8080/health\" || exit 1'}}}"})
	x.declared = project(t, p).Services
	if diff := cmp.Diff([]string{"/start", "/health"}, x.seeds(endpoint{service: "web"})); diff != "" {
		t.Error(diff)
	}
}

func TestCandidates(t *testing.T) {
	x := bare(t)
	p := build(t, t.TempDir(), config.DAST{}, map[string]string{"compose.yml": `
services:
  db: {image: postgres:17, ports: ["5432:5432"]}
  api: {image: api, expose: ["9000"]}
  web: {image: web, ports: ["80:8080"]}
`})
	x.plan, x.doc, x.declared = p, document(p, p.Stacks[0]), project(t, p).Services
	ip := netip.MustParseAddr("10.0.0.2")
	services := []stack.Service{{Name: "api", Addr: ip, Exposed: []int{9000, 9001}}, {Name: "db", Addr: ip, Exposed: []int{5432}}, {Name: "web", Addr: ip, Exposed: []int{8080}}, {Name: "job", Exited: true, Addr: ip, Exposed: []int{1}}}
	names := func() (list []string) {
		for _, c := range x.candidates(services) {
			list = append(list, net.JoinHostPort(c.Service, strconv.Itoa(c.Port)))
		}
		return list
	}
	if diff := cmp.Diff([]string{"web:8080", "api:9000", "api:9001"}, names()); diff != "" {
		t.Error(diff)
	}
	x.cfg.Target = config.Target{Service: "db"}
	if diff := cmp.Diff([]string{"db:5432"}, names()); diff != "" {
		t.Error(diff)
	}
	x.cfg.Target = config.Target{Service: "api", Port: 9001}
	if diff := cmp.Diff([]string{"api:9001"}, names()); diff != "" {
		t.Error(diff)
	}
	x.cfg.Target = config.Target{Service: "nobody"}
	if got := names(); got != nil {
		t.Error(got)
	}
}

// project loads the plan's first stack.
func project(t *testing.T, p *plan.Plan) *types.Project {
	t.Helper()
	m, err := stack.Load(t.Context(), stack.Source{Tree: p.Tree, Dir: p.Stacks[0].Dir, Files: p.Stacks[0].Files, Run: "x"})
	if err != nil {
		t.Fatal(err)
	}
	return m.Project
}
