package dast

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover"
	"github.com/stella-ops/assure/internal/harness/enginetest"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/dast/stack"
	"github.com/stella-ops/assure/internal/stage/dast/web"
)

// childRoot, childRun and childHost tell a copy of the test program to be a run of the
// stage that somebody kills.
const (
	childRoot = "ASSURE_TEST_CHILD_ROOT"
	childRun  = "ASSURE_TEST_CHILD_RUN"
	childHost = "ASSURE_TEST_CHILD_HOST"
)

// runsOf is where the run on a repository is marked.
func runsOf(root string) string {
	return filepath.Join(filepath.Dir(root), filepath.Base(root)+"-runs")
}

// TestChild is that run: it says what it does and stays in the scan until it is stopped.
func TestChild(t *testing.T) {
	root := os.Getenv(childRoot)
	if root == "" {
		t.Skip("this is the other half of the tests that kill a run")
	}
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt)
	defer stop()
	tree, err := source.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	cfg := settings()
	p, err := discover.Build(ctx, tree, config.Config{DAST: cfg}, plan.Event{Name: "local"}, source.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	hang := scanner(func(ctx context.Context, _ web.Target) (web.Result, error) {
		<-ctx.Done()
		return web.Result{}, ctx.Err()
	})
	say := func(text string) { _, _ = os.Stdout.WriteString("child: " + text + "\n") }
	id := os.Getenv(childRun)
	_, err = New(cfg, Options{RunID: id, Runs: runsOf(root), EngineHost: os.Getenv(childHost), Scanner: hang}).Run(ctx, p, say)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the run ended with %v", err)
	}
	if err != nil && strings.Contains(err.Error(), "remove the rest with \"assure clean --run "+id) {
		_ = os.WriteFile(filepath.Join(root, "rest"), nil, 0o600)
	}
}

// child starts the run and waits until it says a word.
func child(t *testing.T, root, id, host, word string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$", "-test.v")
	cmd.Env = append(os.Environ(), childRoot+"="+root, childRun+"="+id, childHost+"="+host)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	reached := make(chan bool, 1)
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), word) {
				select {
				case reached <- true:
				default:
				}
			}
		}
		close(reached)
	}()
	if !<-reached {
		t.Fatalf("the run never said %q", word)
	}
	return cmd
}

const killable = `services:
  web: {build: ., ports: ["8080:8080"], volumes: ["data:/data"]}
  other: {build: ., command: [sleep]}
volumes: {data: {}}
`

// ready is the same from an image that is there already.
var ready = strings.ReplaceAll(killable, "build: .", "image: IMAGE")

// runID is the id of a run that no other test has, in this package or another.
func runID(name string) string { return enginetest.Unique(name) }

// gate is a way to the engine that lets requests through until one is the last.
type gate struct {
	host string
	// closed is closed when that one has come and those before it are answered. It never
	// reaches the engine.
	closed chan struct{}
}

// newGate closes at the nth request that creates a container.
func newGate(t *testing.T, nth int32) gate {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "engine.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	g := gate{"unix://" + socket, make(chan struct{})}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = "http", "engine" },
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", strings.TrimPrefix(stack.DefaultHost, "unix://"))
		}},
		FlushInterval: -1,
	}
	var seen, answered atomic.Int32
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/containers/create") {
			proxy.ServeHTTP(w, r)
			return
		}
		last := seen.Add(1) >= nth
		if !last {
			proxy.ServeHTTP(w, r)
		}
		if answered.Add(1) == nth {
			close(g.closed)
		}
		if last {
			<-r.Context().Done()
		}
	})}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return g
}

// TestT13_KilledRunIsCleanedUp kills a run without a chance to clean up, when it has created
// one of two containers and when it scans: nothing that it asked for is under way then.
// The clean command's sweep takes away what it left, and not before it is dead.
func TestT13_KilledRunIsCleanedUp(t *testing.T) {
	t.Parallel()
	for word, compose := range map[string]string{"creating": killable, "scanning": ready} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			e, root, id, g := engine(t), repository(t), runID("killed"), newGate(t, 2)
			build(t, root, settings(), map[string]string{"compose.yml": compose, "Dockerfile": dockerfile})
			host := ""
			if word == "creating" {
				host = g.host
			}
			cmd := child(t, root, id, host, word)
			if host != "" {
				<-g.closed
			}
			clean := func() stack.Cleaned {
				c, err := stack.Clean(t.Context(), e, runsOf(root))
				if err != nil {
					t.Fatal(err)
				}
				return c
			}
			if c := clean(); !slices.Contains(c.Living, id) || len(things(t, e, id)) == 0 {
				t.Errorf("before it was killed: %+v, it has %q", c, things(t, e, id))
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			if c := clean(); c.Removed == 0 || slices.Contains(c.Living, id) {
				t.Errorf("after it was killed: %+v", c)
			}
			empty(t, e, id)
		})
	}
}

// TestInterruptedRunCleansUp interrupts a run as a runner does. A runner leaves little
// time, so a run on a busy machine may say that clean must remove the rest.
func TestInterruptedRunCleansUp(t *testing.T) {
	t.Parallel()
	for word, compose := range map[string]string{"building": killable, "scanning": ready} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			e, root, id := engine(t), repository(t), runID("interrupted")
			build(t, root, settings(), map[string]string{"compose.yml": compose, "Dockerfile": dockerfile})
			cmd := child(t, root, id, "", word)
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("the run did not end well: %v", err)
			}
			if _, err := os.Stat(filepath.Join(root, "rest")); err == nil {
				t.Log("the time was too short; the rest is removed as the run says")
				if _, err := stack.CleanRun(t.Context(), e, id); err != nil {
					t.Error(err)
				}
			}
			empty(t, e, id)
		})
	}
}

// TestStacksRunSideBySide starts the same project several times at once.
func TestStacksRunSideBySide(t *testing.T) {
	t.Parallel()
	e := engine(t)
	cfg := settings()
	p := build(t, repository(t), cfg, map[string]string{"compose.yml": killable, "Dockerfile": dockerfile})
	ids := []string{runID("sidea"), runID("sideb"), runID("sidec")}
	var wg sync.WaitGroup
	for _, id := range ids {
		wg.Go(func() {
			set, err := New(cfg, Options{RunID: id}).Run(t.Context(), p, quiet)
			if err != nil || set.Judged["zap/10038"] == 0 {
				t.Errorf("%s: %v %v", id, err, set.Judged)
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		empty(t, e, id)
	}
}
