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
	"github.com/stella-ops/assure/internal/discover"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/dast/probe"
	"github.com/stella-ops/assure/internal/stage/dast/stack"
	"github.com/stella-ops/assure/internal/stage/dast/web"
	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// build writes the files to a repository and plans it.
func build(t testing.TB, root string, cfg config.DAST, files map[string]string) *plan.Plan {
	t.Helper()
	for name, data := range files {
		if strings.Contains(data, "IMAGE") {
			data = strings.ReplaceAll(data, "IMAGE", server.Image(t))
		}
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
	p, err := discover.Build(t.Context(), tree, config.Config{DAST: cfg}, plan.Event{Name: "local"}, source.Selection{})
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
	if got := s.Skip(&plan.Plan{Event: plan.Event{Name: "pull_request", Strict: true}}); !strings.Contains(got, "fork") {
		t.Errorf("the reason is %q", got)
	}
}

func TestNothingToStart(t *testing.T) {
	p := &plan.Plan{Problems: []plan.Problem{{Gap: finding.Gap{Rule: gap.NotParsed, Subject: "s", Message: "unreadable"}, Stages: []string{"dast"}}}}
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
	groups := alike([]rules.Alert{
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
		if got := weigh(rules.Alert{Risk: "Medium", Level: level, Heuristic: true}); got != want {
			t.Errorf("a guess with level %q weighs %v, want %v", level, got, want)
		}
	}
	for _, c := range []struct {
		risk, level string
		want        finding.Severity
	}{{"Low", "", finding.Low}, {"High", "INFO", finding.Info}, {"Low", "FAIL", finding.High}, {"Medium", "WARN", finding.Medium}} {
		if got := weigh(rules.Alert{Risk: c.risk, Level: c.level}); got != c.want {
			t.Errorf("%v: %v", c, got)
		}
	}
}

// bare is a test without an engine, for everything that happens after the stack is up.
func bare(t *testing.T) *test {
	t.Helper()
	return bareOf(t, "services:\n  web:\n    image: web\n    user: root\n")
}

func bareOf(t *testing.T, compose string) *test {
	t.Helper()
	p := build(t, t.TempDir(), config.DAST{}, map[string]string{"compose.yml": compose})
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

// known wants a kind that is listed, and a subject, of every gap of the stage.
func known(t *testing.T, set *finding.Set) {
	t.Helper()
	for _, g := range set.Gaps {
		if _, ok := gap.Lookup(g.Rule); !ok || g.Subject == "" {
			t.Errorf("a gap without a known rule or a subject: %+v", g)
		}
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
	known(t, x.set)
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
	alert := rules.Alert{PluginID: 10020, Ref: "10020-1", Name: "Missing Header", Risk: "Medium", Method: "GET", URL: "http://web:80/a", Evidence: "token hunter2", Solution: "set it", CWE: 1021}
	result := web.Result{Engine: "builtin", URLs: []string{"http://web:80/a"}, Alerts: []rules.Alert{alert}, Rules: []finding.Rule{{ID: "zap/10020"}, {ID: "zap/77777"}}, Gaps: []string{"page cut off"}}
	x.result(e, result)
	known(t, x.set)
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

// reported is a test whose scanner saw one page with alerts.
func reported(t *testing.T, cfg config.DAST, levelsFile string, alerts ...rules.Alert) (*finding.Set, map[string]string) {
	t.Helper()
	x := bare(t)
	x.cfg = cfg
	levels, errs := web.ParseRules([]byte(levelsFile))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	base := &url.URL{Scheme: "http", Host: "web:8080", Path: "/"}
	x.result(endpoint{service: "web", port: 8080, base: base}, levels.Apply(web.Result{
		Engine: "builtin", URLs: []string{"http://web:8080/"}, Rules: rules.List(), Alerts: alerts,
	}))
	files := map[string]string{}
	for _, f := range x.set.Files {
		files[f.Name] = string(f.Data)
	}
	return x.set, files
}

// TestSeen has a stack of two files, which are judged when it runs and not before.
func TestSeen(t *testing.T) {
	x := bare(t)
	if len(x.set.Seen) > 0 {
		t.Errorf("nothing ran: %v", x.set.Seen)
	}
	x.doc.Files = []string{"compose.yml", "app.env"}
	x.see(plan.Stack{Files: []string{"compose.yml", "compose.test.yml"}})
	const by = "the tested stack"
	if d := cmp.Diff(map[string]string{"compose.yml": by, "compose.test.yml": by, "app.env": by}, x.set.Seen); d != "" {
		t.Error(d)
	}
}

// TestActionBaselineMistakes holds what zaproxy/action-baseline gets wrong against us.
func TestActionBaselineMistakes(t *testing.T) {
	a := rules.Alert{PluginID: 10038, Ref: "10038-1", Name: "CSP", Risk: "Medium", Confidence: "High", Method: "GET", URL: "http://web:8080/"}
	b := a
	b.Ref, b.Name = "10038-2", "Obsolete CSP"
	t.Run("a rules file without IGNORE counts", func(t *testing.T) {
		set, files := reported(t, config.Default().DAST, "10038\tFAIL\t(x)\n", a)
		if len(set.Findings) != 1 || set.Findings[0].Severity != finding.High || !strings.Contains(files[summaryFile], "FAIL-NEW: CSP [10038] x 1") {
			t.Errorf("%+v\n%s", set.Findings, files[summaryFile])
		}
	})
	t.Run("a line without TAB is an error", func(t *testing.T) {
		x := bare(t)
		x.o.RulesFile, x.cfg.RulesFile = []byte("10038 IGNORE (x)\n10020\tIGNORE\t(x)\n"), "my rules.tsv"
		if err := x.run(t.Context(), plan.Stack{}); err == nil || !strings.Contains(err.Error(), "read my rules.tsv: line 1:") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("reports are written without alerts", func(t *testing.T) {
		_, files := reported(t, config.Default().DAST, "")
		for _, name := range []string{"zap/report_json.json", "zap/report_md.md", "zap/report_html.html", summaryFile} {
			if files[name] == "" {
				t.Errorf("no %s", name)
			}
		}
	})
	t.Run("spaces break nothing and add no option", func(t *testing.T) {
		cfg, err := config.Load(config.Sources{Flags: map[string]string{"rules-file": "my rules -J x.tsv", "zap-options": `-c "other rules -r x.tsv"`}})
		if err != nil || cfg.DAST.RulesFile != "my rules -J x.tsv" {
			t.Errorf("rules file %q, error %v", cfg.DAST.RulesFile, err)
		}
	})
	t.Run("variants and places are told apart", func(t *testing.T) {
		c := a
		c.URL = "http://web:8080/other"
		set, _ := reported(t, config.Default().DAST, "", a, b, c)
		keys := map[string]bool{}
		for _, f := range set.Findings {
			keys[f.Key] = true
		}
		if len(set.Findings) != 3 || len(keys) != 3 {
			t.Errorf("%d findings with %d keys", len(set.Findings), len(keys))
		}
	})
	t.Run("options cannot rename reports", func(t *testing.T) {
		cfg, err := config.Load(config.Sources{Flags: map[string]string{"zap-options": "-J other.json -r other.html"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, files := reported(t, cfg.DAST, "", a); !strings.Contains(files["zap/report_json.json"], `"alertRef": "10038-1"`) {
			t.Errorf("no report_json.json: %v", files)
		}
	})
}

func TestExitCode(t *testing.T) {
	alert := rules.Alert{PluginID: 10038, Ref: "10038-1", Name: "CSP", Risk: "Medium", URL: "http://web:8080/"}
	for _, c := range []struct {
		rules         string
		baseline      config.ZAPBaseline
		failed, blind bool
		want          int
	}{
		{"", config.ZAPBaseline{}, false, false, 2},
		{"", config.ZAPBaseline{IgnoreWarnings: true}, false, false, 0},
		{"", config.ZAPBaseline{IgnoreWarnings: true}, true, false, 1},
		{"", config.ZAPBaseline{IgnoreWarnings: true}, false, true, 3},
		{"10038\tFAIL\t(x)\n", config.ZAPBaseline{IgnoreWarnings: true}, false, false, 1},
		{"10038\tIGNORE\t(x)\n", config.ZAPBaseline{}, false, false, 0},
	} {
		set, _ := reported(t, config.Default().DAST, c.rules, alert)
		code, lines := ExitCode(c.baseline, set.Files, c.failed, c.blind)
		if code != c.want || !strings.Contains(lines, "\tWARN-NEW: ") {
			t.Errorf("%+v: code %d", c, code)
		}
	}
	if code, lines := ExitCode(config.ZAPBaseline{}, nil, false, false); code != 3 || lines != "" {
		t.Errorf("without a scan: code %d, %q", code, lines)
	}
}

func TestScannerOptions(t *testing.T) {
	x := bare(t)
	x.cfg.Threshold, x.cfg.Exclude, x.cfg.Auth = "low", []string{"x"}, config.AuthHeader{Header: "x-token", Site: "we", Value: "s3cret value"}
	e := endpoint{service: "web", port: 80, base: &url.URL{Scheme: "http", Host: "web"}}
	o := x.options(e, web.RuleLevels{})
	if o.Threshold != rules.Low || o.RPS != 0 || o.Headers.Get("X-Token") != "s3cret value" || len(o.Exclude) != 1 {
		t.Errorf("%+v", o)
	}
	x.cfg.Auth.Site = "other"
	if o := x.options(e, web.RuleLevels{}); len(o.Headers) != 0 {
		t.Error("the header goes to another site")
	}
	r := x.foreign(e, web.Result{Alerts: []rules.Alert{{Evidence: "you sent s3cret value"}}, Ignored: []rules.Alert{{Other: "s3cret value"}}})
	if r.Alerts[0].Evidence != "you sent ***" || r.Ignored[0].Other != "***" {
		t.Errorf("%+v", r)
	}
	x.stack = nil
	if o := x.options(e, web.RuleLevels{}); o.RPS != externalRPS {
		t.Errorf("a service of others gets %d requests a second", o.RPS)
	}
}

func TestPlaces(t *testing.T) {
	x := bareOf(t, `services:
  web:
    image: web
    environment:
      NODE_ENV: development
      APP_DEBUG: "false"
    ports:
      - "9000:9000"
      - "8080:80"
  api:
    build: .
    environment: [DEBUG=1]
`)
	x.declared = project(t, x.plan).Services
	for _, c := range []struct {
		service string
		plugin  int
		line    int
	}{
		{"web", 10038, 2}, {"web", 10035, 9}, {"web", 10036, 3}, {"web", 90022, 5},
		{"api", 10036, 11}, {"api", 90022, 12}, {"api", 10035, 10},
	} {
		loc := x.place(endpoint{service: c.service, port: 80}, c.plugin)
		if loc.URI != "compose.yml" || loc.Region.StartLine != c.line {
			t.Errorf("rule %d of %s is at %s, want line %d", c.plugin, c.service, loc, c.line)
		}
	}
}

func TestDebugs(t *testing.T) {
	for pair, want := range map[string]bool{
		"NODE_ENV=development": true, "ASPNETCORE_ENVIRONMENT=Development": true, "FLASK_DEBUG=1": true, "DEBUG=true": true, "APP_ENV=dev": true,
		"NODE_ENV=production": false, "DEBUG=0": false, "DEBUG=": false, "ENVY=dev": false, "LOG=debug": false,
	} {
		name, value, _ := strings.Cut(pair, "=")
		if got := debugs(name, value); got != want {
			t.Errorf("%s: %v", pair, got)
		}
	}
}
