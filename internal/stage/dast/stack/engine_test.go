package stack

import (
	"context"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/stella-ops/assure/internal/harness/enginetest"
	"github.com/stella-ops/assure/internal/source"
)

// server is what the services of these tests run.
var server = enginetest.NewServer("./testdata/app", "assure-test-stack")

func TestMain(m *testing.M) { os.Exit(server.Run(m)) }

// engine returns the machine's container engine or skips the test.
func engine(t *testing.T) *Engine {
	t.Helper()
	enginetest.Need(t)
	enginetest.Slot(t)
	e, err := Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// app returns a repository that has the given files, in which IMAGE is the image of the
// test server, and what that image can be built from.
func app(t *testing.T, files map[string]string) *source.Tree {
	t.Helper()
	root := t.TempDir()
	server.Place(t, filepath.Join(root, "app"))
	write(t, root, map[string]string{"Dockerfile": "FROM scratch\nCOPY app /app\nENTRYPOINT [\"/app\"]\nEXPOSE 8080\n"})
	for name, data := range files {
		if strings.Contains(data, "IMAGE") {
			files[name] = strings.ReplaceAll(data, "IMAGE", server.Image(t))
		}
	}
	write(t, root, files)
	return open(t, root)
}

func write(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, data := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func open(t *testing.T, root string) *source.Tree {
	t.Helper()
	tree, err := source.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree
}

// run is an id that no other test uses.
func run(*testing.T) string { return enginetest.Unique("t") }

// patience is how long an engine may take for something, however busy the machine is.
const patience = 10 * time.Minute

func load(t *testing.T, tree *source.Tree, id string, env map[string]string, files ...string) Model {
	t.Helper()
	m, err := Load(t.Context(), Source{
		Tree: tree, Dir: ".", Files: files, Env: env, Run: id,
		Random: func(n int) string { return strings.Repeat("f", n) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if m, err = m.Complete(); err != nil {
		t.Fatal(err)
	}
	return m
}

func prepare(t *testing.T, e *Engine, m Model, id string, ready time.Duration) *Stack {
	t.Helper()
	s, err := New(e, m, Options{Run: id, Ready: ready, Temp: t.TempDir(), Paths: Paths{Root: m.Project.WorkingDir}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.DownWithin(patience); err != nil {
			t.Error(err)
		}
		if left := leftovers(t, e, id); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	return s
}

// leftovers lists everything on the engine that carries the run's label.
func leftovers(t *testing.T, e *Engine, id string) map[string]int {
	t.Helper()
	ctx, left := context.Background(), map[string]int{}
	c, err1 := e.api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: ours(id)})
	n, err2 := e.api.NetworkList(ctx, client.NetworkListOptions{Filters: ours(id)})
	v, err3 := e.api.VolumeList(ctx, client.VolumeListOptions{Filters: ours(id)})
	i, err4 := e.api.ImageList(ctx, client.ImageListOptions{Filters: ours(id)})
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			t.Fatal(err)
		}
	}
	left["containers"], left["networks"], left["volumes"], left["images"] = len(c.Items), len(n.Items), len(v.Items), len(i.Items)
	maps.DeleteFunc(left, func(_ string, n int) bool { return n == 0 })
	return left
}

const twoServices = `
services:
  web:
    build: .
    command: [serve]
    user: "1001:1001"
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    container_name: fixed
    restart: always
    ports: ["80:8080"]
    environment: {GREETING: "${WORD:-hello}", DB_PASSWORD: "${DB_PASSWORD}"}
    healthcheck: {test: [CMD, /app, probe], interval: 200ms, timeout: 1m, retries: 1000}
    volumes: ["data:/data", ".:/src:ro"]
    depends_on: {setup: {condition: service_completed_successfully}}
    networks: [front]
  setup:
    build: .
    command: [once]
networks:
  front: {name: shared-name, ipam: {config: [{subnet: 10.99.0.0/24}]}}
volumes:
  data: {name: precious}
`

func TestUpAndDown(t *testing.T) {
	t.Parallel()
	e, id := engine(t), run(t)
	tree := app(t, map[string]string{"compose.yml": twoServices, ".git/config": "token"})
	m := load(t, tree, id, map[string]string{"DB_PASSWORD": Random}, "compose.yml")
	s := prepare(t, e, m, id, patience)
	var said []string
	if err := s.Up(t.Context(), func(text string) { said = append(said, text) }); err != nil {
		t.Fatal(err)
	}
	if len(said) == 0 {
		t.Error("nobody heard of the progress")
	}
	byName := map[string]Service{}
	for _, svc := range s.Services() {
		byName[svc.Name] = svc
	}
	web := byName["web"]
	if !byName["setup"].Exited || web.Exited || !web.Addr.IsValid() || len(web.Exposed) != 1 || web.Exposed[0] != 8080 {
		t.Fatalf("services: %+v", s.Services())
	}
	get, err := (&http.Client{Timeout: patience}).Get("http://" + web.Addr.String() + ":8080/")
	if err != nil {
		t.Fatal(err)
	}
	get.Body.Close()
	r, err := e.api.ContainerInspect(t.Context(), web.ID, client.ContainerInspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c := r.Container
	if c.Name == "/fixed" || len(c.HostConfig.PortBindings) > 0 || !c.HostConfig.RestartPolicy.IsNone() || c.HostConfig.Memory != maxMemory || *c.HostConfig.PidsLimit != maxPids {
		t.Errorf("the container is not confined: %s %+v", c.Name, c.HostConfig)
	}
	if !c.HostConfig.ReadonlyRootfs || c.Config.User != "1001:1001" || len(c.HostConfig.CapDrop) != 1 {
		t.Error("the declared hardening was changed")
	}
	hidden := false
	for _, m := range c.Mounts {
		hidden = hidden || m.Destination == "/src/.git" && m.Type == "tmpfs"
	}
	if !hidden {
		t.Errorf(".git shows through: %+v", c.Mounts)
	}
	net, err := e.api.NetworkList(t.Context(), client.NetworkListOptions{Filters: ours(id)})
	if err != nil || len(net.Items) != 2 {
		t.Fatal(net, err)
	}
	for _, n := range net.Items {
		if !n.Internal || n.Name == "shared-name" {
			t.Errorf("network %s is not confined", n.Name)
		}
	}
	if !strings.Contains(strings.Join(c.Config.Env, " "), "GREETING=hello DB_PASSWORD="+strings.Repeat("f", secretLength)) &&
		!strings.Contains(strings.Join(c.Config.Env, " "), "DB_PASSWORD="+strings.Repeat("f", secretLength)+" GREETING=hello") {
		t.Errorf("environment: %v", c.Config.Env)
	}
	if err := s.DownWithin(patience); err != nil {
		t.Error(err)
	}
}

func TestFailuresQuoteTheService(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	tree := app(t, map[string]string{
		"fail.yml": "services: {web: {image: IMAGE, command: [fail], environment: {DB_PASSWORD: hunter2hunter2}}}",
		"sick.yml": "services: {web: {image: IMAGE, command: [sick], healthcheck: {test: [CMD, /app, probe], interval: 100ms, retries: 2}}}",
		"slow.yml": "services: {web: {image: IMAGE, command: [sleep], healthcheck: {test: [CMD, /app, once], interval: 60s}}}",
		"none.yml": "services: {web: {image: \"assure.invalid/none:1\", pull_policy: never}}",
		"dep.yml":  "services: {web: {image: IMAGE, depends_on: {db: {condition: service_healthy}}}, db: {image: IMAGE, command: [sick], healthcheck: {test: [CMD, /app, probe], interval: 100ms, retries: 2}}}",
		"bad.yml":  "services: {web: {build: {context: ., dockerfile: Bad}}}",
		"Bad":      "FROM scratch\nCOPY nothing /\n",
	})
	for file, want := range map[string][]string{
		"fail.yml": {"service web exited with code 3", "cannot reach the database with password ***"},
		"sick.yml": {"service web unhealthy", "the health check exited with 1: health check says no"},
		"slow.yml": {"not ready within 3s", "dast.ready-timeout"},
		"none.yml": {"assure.invalid/none:1"},
		"dep.yml":  {"service db unhealthy"},
		"bad.yml":  {"nothing", "classic builder"},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			e, id := engine(t), run(t)
			limit := patience
			if file == "slow.yml" {
				limit = 3 * time.Second
			}
			s := prepare(t, e, load(t, tree, id, nil, file), id, limit)
			err := s.Up(t.Context(), func(string) {})
			if err == nil {
				t.Fatal("the stack came up")
			}
			for _, w := range want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error lacks %q:\n%v", w, err)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the error shows a password")
			}
		})
	}
}

// TestCancelLeavesNothing stops a stack that comes up at everything that it says.
func TestCancelLeavesNothing(t *testing.T) {
	t.Parallel()
	e := engine(t)
	tree := app(t, map[string]string{"compose.yml": twoServices})
	for step := 0; ; step++ {
		id := run(t)
		s := prepare(t, e, load(t, tree, id, map[string]string{"DB_PASSWORD": "x"}, "compose.yml"), id, patience)
		ctx, cancel := context.WithCancel(t.Context())
		said := 0
		err := s.Up(ctx, func(string) {
			if said++; said > step {
				cancel()
			}
		})
		cancel()
		t.Logf("cancelled at step %d: %v", step, err)
		if err := s.DownWithin(patience); err != nil {
			t.Error(err)
		}
		if left := leftovers(t, e, id); len(left) > 0 {
			t.Errorf("cancelled at step %d: left behind %v", step, left)
		}
		if said <= step {
			break // it came up before the step was reached
		}
	}
}

// TestPortsOnRequest publishes a port for the host alone, and says so when it is taken.
func TestPortsOnRequest(t *testing.T) {
	t.Parallel()
	e := engine(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	addr := taken.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	tree := app(t, map[string]string{"compose.yml": "services: {web: {image: IMAGE, ports: [\"0.0.0.0:" + port + ":8080\"]}, other: {image: IMAGE}}"})
	start := func() (*Stack, error) {
		id := run(t)
		s, err := New(e, load(t, tree, id, nil, "compose.yml"), Options{Run: id, Publish: true, Ready: patience, Temp: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.DownWithin(patience); err != nil || len(leftovers(t, e, id)) > 0 {
				t.Errorf("taking it down: %v", err)
			}
		})
		return s, s.Up(t.Context(), func(string) {})
	}
	if _, err := start(); err == nil || !strings.Contains(err.Error(), "is in use on the engine's machine") {
		t.Errorf("a port in use: %v", err)
	}
	taken.Close()
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	get, err := (&http.Client{Timeout: patience}).Get("http://" + addr + "/")
	if err != nil {
		t.Fatal(err)
	}
	get.Body.Close()
	for _, svc := range s.Services() {
		r, err := e.api.ContainerInspect(t.Context(), svc.ID, client.ContainerInspectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var bound []string
		for _, b := range r.Container.HostConfig.PortBindings {
			for _, one := range b {
				bound = append(bound, one.HostIP.String())
			}
		}
		if want := map[string]string{"web": "127.0.0.1"}[svc.Name]; strings.Join(bound, " ") != want {
			t.Errorf("service %s is bound to %v", svc.Name, bound)
		}
	}
}
