package dast

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/harness/enginetest"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/dast/stack"
	"github.com/stella-ops/assure/internal/stage/dast/web"
)

const dockerfile = "FROM scratch\nCOPY app /app\nENTRYPOINT [\"/app\"]\nEXPOSE 8080\n"

const weak = `services:
  web:
    image: IMAGE
    ports: ["8080:8080"]
    environment: {GREETING: "your key is ${API_TOKEN}"}
  redis:
    image: IMAGE
    command: [sleep]
    ports: ["6379:6379"]
`

const hardened = `services:
  web:
    image: IMAGE
    user: "10001:10001"
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true", "seccomp:seccomp.json"]
    ports: ["127.0.0.1:8080:8080"]
    healthcheck: {test: [CMD, /app, probe], interval: 200ms, retries: 1000}
`

// engine opens the machine's engine or skips the test.
func engine(t testing.TB) *stack.Engine {
	t.Helper()
	enginetest.Need(t)
	enginetest.Slot(t)
	e, err := stack.Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// server is what the services of most of these tests run.
var server = enginetest.NewServer("./stack/testdata/app", "assure-test-dast")

func TestMain(m *testing.M) {
	code := server.Run(m)
	careful.Close()
	os.Exit(code)
}

// repository is a directory with the test server, for building it. Compose files that
// say IMAGE use it as it is.
func repository(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	server.Place(t, filepath.Join(root, "app"))
	return root
}

// settings are the defaults with the scanner that is always there.
func settings() config.DAST {
	cfg := config.Default().DAST
	cfg.Engine, cfg.Ready, cfg.Env = "builtin", patience, map[string]string{"API_TOKEN": stack.Random}
	cfg.Budget = config.Budget{Stack: patience, Probes: patience, Scan: patience}
	return cfg
}

// patience is how long anything may take, however busy the machine is.
const patience = 10 * time.Minute

// run runs the stage and makes sure that it leaves nothing behind.
func run(ctx context.Context, t *testing.T, e *stack.Engine, cfg config.DAST, o Options, p *plan.Plan) (finding.Set, error) {
	t.Helper()
	s := New(cfg, o)
	t.Cleanup(func() { empty(t, e, s.o.RunID) })
	var progress []string
	set, err := s.Run(ctx, p, func(text string) { progress = append(progress, text) })
	t.Logf("%q", progress)
	empty(t, e, s.o.RunID)
	known(t, &set)
	return set, err
}

func empty(t *testing.T, e *stack.Engine, id string) {
	t.Helper()
	if left := things(t, e, id); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// things names what bears the label of a run.
func things(t *testing.T, e *stack.Engine, id string) (all []string) {
	t.Helper()
	ctx, ours := context.Background(), client.Filters{}.Add("label", stack.RunLabel+"="+id)
	c, err1 := e.API().ContainerList(ctx, client.ContainerListOptions{All: true, Filters: ours})
	n, err2 := e.API().NetworkList(ctx, client.NetworkListOptions{Filters: ours})
	v, err3 := e.API().VolumeList(ctx, client.VolumeListOptions{Filters: ours})
	i, err4 := e.API().ImageList(ctx, client.ImageListOptions{Filters: ours})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	for _, one := range c.Items {
		all = append(all, "container "+one.ID)
	}
	for _, one := range n.Items {
		all = append(all, "network "+one.Name)
	}
	for _, one := range v.Items {
		all = append(all, "volume "+one.Name)
	}
	for _, one := range i.Items {
		all = append(all, "image "+one.ID)
	}
	return all
}

// hits returns the places of a rule's findings as service@line.
func hits(set finding.Set, rule string) (out []string) {
	for _, f := range set.Findings {
		if f.Rule == rule {
			out = append(out, f.Subject+"@"+f.Location.String())
		}
	}
	slices.Sort(out)
	return out
}

func TestWeakStack(t *testing.T) {
	t.Parallel()
	e := engine(t)
	cfg := settings()
	cfg.Target.Paths = []string{"/health"}
	cfg.Engine, cfg.ZAPImage = "auto", "assure.invalid/zap:none"
	p := build(t, t.TempDir(), cfg, map[string]string{"compose.yml": weak})
	secret := "deadbeefdeadbeefdeadbeefdeadbeef"
	set, err := run(t.Context(), t, e, cfg, Options{Version: "1", Random: func(n int) string { return (secret + secret)[:n] }, RunID: runID("weak")}, p)
	if err != nil {
		t.Fatal(err)
	}
	for rule, want := range map[string]int{
		"probe/run-as-root": 2, "probe/writable-root": 2, "probe/capabilities": 2, "probe/no-new-privileges": 2,
		"probe/seccomp": 0, "probe/seccomp-profile": 1, "probe/store-exposed": 1, "probe/tls-version": 1, "zap/10020": 1, "zap/10036": 1, "zap/10038": 1,
	} {
		if got := hits(set, rule); len(got) != want {
			t.Errorf("%s: %v, want %d", rule, got, want)
		}
		if set.Judged[rule] == 0 {
			t.Errorf("%s was not judged", rule)
		}
	}
	if got := hits(set, "probe/store-exposed"); len(got) == 1 && !strings.HasPrefix(got[0], "redis@compose.yml:9:") {
		t.Errorf("the exposed store is at %v", got)
	}
	for _, f := range set.Findings {
		if f.Location.URI != "compose.yml" || f.Location.Region.StartLine == 0 || f.Subject == "" {
			t.Errorf("badly placed: %+v", f)
		}
		if strings.Contains(f.Message+f.Properties["evidence"]+f.Properties["other"], secret) {
			t.Errorf("%s shows the made-up secret", f.Rule)
		}
	}
	if set.Coverage["pages"] < 2 || set.Coverage["services"] != 2 || len(set.Files) != 4 {
		t.Errorf("coverage %v, %d files", set.Coverage, len(set.Files))
	}
	for _, g := range set.Gaps {
		t.Logf("gap: %s: %s", g.Location, g.Message)
	}
	if !slices.ContainsFunc(set.Notes, func(n string) bool { return strings.HasPrefix(n, "the builtin scanner ran, because") }) {
		t.Errorf("nobody hears which scanner ran: %q", set.Notes)
	}
}

func TestHardenedStack(t *testing.T) {
	t.Parallel()
	e := engine(t)
	cfg := settings()
	p := build(t, t.TempDir(), cfg, map[string]string{
		"compose.yml": hardened, "seccomp.json": `{"defaultAction": "SCMP_ACT_ALLOW"}`,
	})
	set, err := run(t.Context(), t, e, cfg, Options{}, p)
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range []string{"probe/run-as-root", "probe/writable-root", "probe/capabilities", "probe/no-new-privileges", "probe/seccomp", "probe/seccomp-profile"} {
		if got := hits(set, rule); len(got) != 0 || set.Judged[rule] == 0 {
			t.Errorf("%s: %v, judged %d", rule, got, set.Judged[rule])
		}
	}
	if len(set.Gaps) > 0 || set.Seen["compose.yml"] == "" {
		t.Errorf("gaps: %+v, seen %v", set.Gaps, set.Seen)
	}
}

func TestRefusedStackIsNotStarted(t *testing.T) {
	t.Parallel()
	e := engine(t)
	cfg := settings()
	p := build(t, t.TempDir(), cfg, map[string]string{
		"compose.yml": "services:\n  web:\n    image: web\n    privileged: true\n    volumes: [\"/var/run/docker.sock:/s\"]\n",
	})
	set, err := run(t.Context(), t, e, cfg, Options{}, p)
	if err == nil || !strings.Contains(err.Error(), "compose.yml:4:") || !strings.Contains(err.Error(), "web.privileged") || !strings.Contains(err.Error(), "and 1 more") {
		t.Errorf("error: %v", err)
	}
	if len(set.Gaps) != 2 || set.Gaps[1].Location.Region.StartLine != 5 || len(set.Coverage) != 0 || len(set.Seen) != 0 || set.Gaps[0].Subject != "web privileged" {
		t.Errorf("%+v", set)
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	e := engine(t)
	cfg := settings()
	cfg.Ready = 15 * time.Second
	p := build(t, t.TempDir(), cfg, map[string]string{
		"compose.yml": "services: {web: {image: IMAGE, command: [sleep], ports: [\"8080:8080\"]}}",
	})
	set, err := run(t.Context(), t, e, cfg, Options{}, p)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Gaps) != 1 || !strings.Contains(set.Gaps[0].Message, "does not accept connections on port 8080") {
		t.Errorf("gaps: %+v", set.Gaps)
	}
	if set.Judged["probe/run-as-root"] == 0 || set.Judged["zap/10020"] != 0 {
		t.Errorf("judged: %v", set.Judged)
	}
}

func TestZAPIsNeverReplaced(t *testing.T) {
	t.Parallel()
	e := engine(t)
	cfg := settings()
	cfg.Engine, cfg.ZAPImage = "zap", "assure.invalid/zap:none"
	p := build(t, t.TempDir(), cfg, map[string]string{"compose.yml": "services: {web: {image: web}}"})
	if _, err := run(t.Context(), t, e, cfg, Options{}, p); err == nil || !strings.Contains(err.Error(), "has no image assure.invalid/zap:none") {
		t.Errorf("error: %v", err)
	}
}

// scanner is a scanner that does what the test wants.
type scanner func(ctx context.Context, t web.Target) (web.Result, error)

func (s scanner) Scan(ctx context.Context, t web.Target, _ func(string)) (web.Result, error) {
	return s(ctx, t)
}

func TestTheStackComesDownWhateverHappens(t *testing.T) {
	t.Parallel()
	e := engine(t)
	cfg := settings()
	p := build(t, t.TempDir(), cfg, map[string]string{"compose.yml": hardened, "seccomp.json": `{"defaultAction": "SCMP_ACT_ALLOW"}`})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for name, s := range map[string]scanner{
		"error": func(context.Context, web.Target) (web.Result, error) { return web.Result{}, errors.New("broken") },
		"panic": func(context.Context, web.Target) (web.Result, error) { panic("broken") },
		"cancel": func(ctx context.Context, _ web.Target) (web.Result, error) {
			cancel()
			<-ctx.Done()
			return web.Result{}, ctx.Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			run := New(cfg, Options{Scanner: s})
			func() {
				defer func() {
					if r := recover(); (r != nil) != (name == "panic") {
						t.Errorf("panic: %v", r)
					}
				}()
				c := t.Context()
				if name == "cancel" {
					c = ctx
				}
				if _, err := run.Run(c, p, quiet); err == nil {
					t.Error("there is no error")
				}
			}()
			empty(t, e, run.o.RunID)
		})
	}
}
