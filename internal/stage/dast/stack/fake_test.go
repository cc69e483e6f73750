package stack

import (
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"
)

// vanishing is an engine that answers one ping and then is gone.
func vanishing(t *testing.T) string {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "engine.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/_ping" {
			w.Header().Set("Api-Version", "1.41")
			w.Header().Set("Ostype", "linux")
			return
		}
		l.Close()
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			c.Close()
		}
	})}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return "unix://" + socket
}

func TestTheEngineVanishes(t *testing.T) {
	e, err := Open(t.Context(), vanishing(t))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	root := t.TempDir()
	write(t, root, map[string]string{"compose.yml": "services: {web: {image: web, pull_policy: never}}"})
	m := load(t, open(t, root), "gone", nil, "compose.yml")
	s, err := New(e, m, Options{Run: "gone", Ready: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Up(t.Context(), func(string) {}); err == nil {
		t.Error("the stack came up on no engine")
	}
	if err := s.Down(); err == nil || !strings.Contains(err.Error(), "assure clean") {
		t.Errorf("taking it down: %v", err)
	}
}

func TestOpenSaysWhatToDo(t *testing.T) {
	for _, host := range []string{"unix:///does/not/exist.sock", "tcp://127.0.0.1:1"} {
		_, err := Open(t.Context(), host)
		if err == nil || !strings.Contains(err.Error(), "no container engine answers at "+host) || !strings.Contains(err.Error(), "--stages deps,hardening,images") {
			t.Errorf("%s: %v", host, err)
		}
	}
	if _, err := Open(t.Context(), "nonsense"); err == nil {
		t.Error("nonsense was opened")
	}
}

// hostOn returns the host's own address on the network of a container, if it has one.
func hostOn(t *testing.T, member netip.Addr) string {
	t.Helper()
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Bits() > 0 && p.Contains(member) {
			return a.String()
		}
	}
	return ""
}

// TestOwnContainerJoinsAndLeaves takes a container of one stack for our own and lets
// another stack connect it.
func TestOwnContainerJoinsAndLeaves(t *testing.T) {
	t.Parallel()
	e := engine(t)
	tree := app(t, map[string]string{"compose.yml": "services: {web: {image: IMAGE}}"})
	first, second := run(t), run(t)+"b"
	host := prepare(t, e, load(t, tree, first, nil, "compose.yml"), first, patience)
	if err := host.Up(t.Context(), func(string) {}); err != nil {
		t.Fatal(err)
	}
	self, err := FindSelf(t.Context(), e, host.Services()[0].ID, nil)
	if err != nil || self.ID == "" {
		t.Fatal(self, err)
	}
	s, err := New(e, load(t, tree, second, nil, "compose.yml"), Options{Run: second, Self: self, Ready: patience, Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Down()
	if err := s.Up(t.Context(), func(string) {}); err != nil {
		t.Fatal(err)
	}
	networks := func() int {
		r, err := e.api.ContainerInspect(t.Context(), self.ID, client.ContainerInspectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return len(r.Container.NetworkSettings.Networks)
	}
	if n := networks(); n != 2 {
		t.Errorf("the own container is on %d networks", n)
	}
	if from := hostOn(t, s.Services()[0].Addr); from != "" {
		t.Errorf("the host is on the stack's network with %s", from)
	}
	if from := hostOn(t, host.Services()[0].Addr); from == "" {
		t.Error("the host is not on a network that it needs")
	}
	if err := s.Down(); err != nil {
		t.Error(err)
	}
	if left := leftovers(t, e, second); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if n := networks(); n != 1 {
		t.Errorf("the own container is left on %d networks", n)
	}
	if other, err := FindSelf(t.Context(), e, "", []byte("nothing")); err != nil || other.ID != "" {
		t.Errorf("a host takes itself for a container: %+v %v", other, err)
	}
	if _, err := FindSelf(t.Context(), e, strings.Repeat("0", 64), nil); err == nil {
		t.Error("an unknown own container is accepted")
	}
}

// fake is an engine that answers a ping itself and everything else as the function does.
func fake(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "engine.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.41")
		w.Header().Set("Ostype", "linux")
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path != "/_ping" {
			answer(w, r)
		}
	})}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return "unix://" + socket
}

// full is an engine whose disk is full.
func full(t *testing.T) string {
	t.Helper()
	return fake(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/images/json"), strings.HasSuffix(r.URL.Path, "/containers/json"), strings.HasSuffix(r.URL.Path, "/networks"):
			_, _ = w.Write([]byte("[]"))
		case strings.HasSuffix(r.URL.Path, "/volumes"):
			_, _ = w.Write([]byte("{}"))
		case strings.Contains(r.URL.Path, "/images/web"):
			_, _ = w.Write([]byte(`{"Id": "sha256:00", "Config": {}}`))
		case r.Method == http.MethodPost:
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte(`{"message": "write /var/lib/docker/x: no space left on device"}`))
		default:
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"message": "no such thing"}`))
		}
	})
}

// TestSweepTellsWhatStays sweeps an engine that keeps one container, has lost another
// and cannot list its networks.
func TestSweepTellsWhatStays(t *testing.T) {
	e, err := Open(t.Context(), fake(t, func(w http.ResponseWriter, r *http.Request) {
		say := func(status int, text string) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(text))
		}
		switch path := r.URL.Path; {
		case strings.HasSuffix(path, "/containers/json"):
			say(200, `[{"Id": "kept", "Created": 1}, {"Id": "lost", "Created": 1}, {"Id": "gone", "Created": 1}]`)
		case strings.HasSuffix(path, "/containers/kept"):
			say(500, `{"message": "device or resource busy"}`)
		case strings.HasSuffix(path, "/containers/lost"):
			say(404, `{"message": "no such container"}`)
		case strings.HasSuffix(path, "/containers/gone"):
			w.WriteHeader(204)
		case strings.HasSuffix(path, "/networks"):
			say(500, `{"message": "out of order"}`)
		case strings.HasSuffix(path, "/volumes"):
			say(200, `{}`)
		case strings.HasSuffix(path, "/images/json"):
			say(200, `[]`)
		default:
			t.Errorf("%s %s", r.Method, path)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	n, err := sweep(t.Context(), e, "any")
	if err == nil || n != 2 {
		t.Fatalf("%d things are gone: %v", n, err)
	}
	for _, want := range []string{"remove container kept", "device or resource busy", "list networks", "out of order"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "lost") {
		t.Errorf("what is gone is an error: %v", err)
	}
}

func TestTheEnginesDiskIsFull(t *testing.T) {
	e, err := Open(t.Context(), full(t))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	root := t.TempDir()
	write(t, root, map[string]string{"compose.yml": "services: {web: {image: web, pull_policy: never}}"})
	s, err := New(e, load(t, open(t, root), "full", nil, "compose.yml"), Options{Run: "full", Ready: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Up(t.Context(), func(string) {})
	if err == nil || !strings.Contains(err.Error(), "no space left on device") || !strings.Contains(err.Error(), "docker system prune") {
		t.Errorf("the error does not say what to do: %v", err)
	}
	if err := s.Down(); err != nil {
		t.Errorf("taking it down: %v", err)
	}
}
