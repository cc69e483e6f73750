package stack

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// TestT7_NoVariableOfTheRunReachesTheStack: a stack asks for the runner's tokens in every
// way that Compose has.
func TestT7_NoVariableOfTheRunReachesTheStack(t *testing.T) {
	names := []string{"INPUT_GITHUB-TOKEN", "GITHUB_TOKEN", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "DOCKER_HOST", "HOME"}
	for _, name := range names {
		t.Setenv(name, "from-the-runner-"+name)
	}
	text := "services:\n  web:\n    image: \"web:${GITHUB_TOKEN:-1}\"\n    env_file: [web.env]\n    build: {context: ., args: [ACTIONS_RUNTIME_TOKEN, \"X=${GITHUB_TOKEN}\"]}\n    environment:\n"
	for _, name := range names {
		text += "      - " + name + "\n"
		if !strings.Contains(name, "-") {
			text += "      - COPY_" + name + "=${" + name + "}\n"
		}
	}
	text += "    labels: {a: \"${ACTIONS_RUNTIME_TOKEN-}\", b: \"${ACTIONS_ID_TOKEN_REQUEST_TOKEN:-}\"}\n    secrets: [s]\nsecrets: {s: {environment: GITHUB_TOKEN}}\nconfigs: {c: {content: \"${HOME}\"}}\n"
	root := t.TempDir()
	write(t, root, map[string]string{"compose.yml": text, "web.env": "GITHUB_TOKEN\nFILE=${ACTIONS_RUNTIME_TOKEN}\n", ".env": "TWICE=${GITHUB_TOKEN}\n"})
	m, err := Load(t.Context(), src(open(t, root), "compose.yml"))
	if err == nil {
		m, err = m.Complete()
	}
	if err != nil {
		t.Fatal(err)
	}
	data, err := yaml.Marshal(m.Project)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "from-the-runner") {
		t.Errorf("the stack holds a variable of the runner:\n%s", data)
	}
}

// TestT8_NoCredentialOfGitReachesTheStack mounts, builds from and names a checkout that
// keeps a token.
func TestT8_NoCredentialOfGitReachesTheStack(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{".git/config": "[http]\n\textraheader = AUTHORIZATION: basic dG9rZW4=\n", "Dockerfile": "FROM scratch\n", "sub/.git": "gitdir: ../.git\n", "compose.yml": "services: {web: {image: web}}\n"})
	mounts, err := Paths{Root: root}.rewrite([]types.ServiceVolumeConfig{{Type: types.VolumeTypeBind, Source: root, Target: "/src"}})
	if err != nil || len(mounts) != 2 || mounts[1].Type != types.VolumeTypeTmpfs || mounts[1].Target != "/src/.git" {
		t.Errorf("mounts %+v %v", mounts, err)
	}
	if _, err := (Paths{Root: root}).rewrite([]types.ServiceVolumeConfig{{Type: types.VolumeTypeBind, Source: filepath.Join(root, "sub"), Target: "/src"}}); err == nil {
		t.Error("a .git that cannot be hidden is mounted")
	}
	copied := filepath.Join(t.TempDir(), "context")
	if err := os.MkdirAll(copied, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := copyTree(root, copied); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(copied, ".git")); err == nil {
		t.Error("the build gets .git")
	}
	if _, err := os.Lstat(filepath.Join(copied, "Dockerfile")); err != nil {
		t.Error("the build gets nothing at all")
	}
}

// TestT12_NoWayOut is a run in a container, as in the action. A listener waits on every
// address of the machine, and a service tries to reach it, a metadata service and the
// internet. It does reach its own neighbour.
func TestT12_NoWayOut(t *testing.T) {
	t.Parallel()
	e := engine(t)
	own, id := run(t), run(t)+"b"
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	tree := app(t, map[string]string{
		"own.yml": "services: {own: {image: IMAGE}}\n",
		"compose.yml": "services:\n  web: {image: IMAGE, healthcheck: {test: [CMD, /app, probe], interval: 200ms, retries: 1000}}\n" +
			"  thief: {image: IMAGE, command: [dial, \"web:8080\", " + strings.Join(elsewhere(t, l.Addr()), ", ") + "], depends_on: {web: {condition: service_healthy}}}\n" +
			"  done: {image: IMAGE, command: [once], depends_on: {thief: {condition: service_completed_successfully}}}\n",
	})
	host := prepare(t, e, load(t, tree, own, nil, "own.yml"), own, patience)
	if err := host.Up(t.Context(), func(string) {}); err != nil {
		t.Fatal(err)
	}
	self, err := FindSelf(t.Context(), e, host.Services()[0].ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(e, load(t, tree, id, nil, "compose.yml"), Options{Run: id, Self: self, Ready: patience, Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.DownWithin(patience); err != nil {
			t.Error(err)
		}
	}()
	if err := s.Up(t.Context(), func(string) {}); err != nil {
		t.Error(err)
	}
}

// elsewhere are addresses outside of a stack; the listener answers at some of them.
func elsewhere(t *testing.T, at net.Addr) []string {
	t.Helper()
	port := strconv.Itoa(at.(*net.TCPAddr).Port)
	all := []string{"169.254.169.254:80", "1.1.1.1:443", "host.docker.internal:" + port, "gateway.docker.internal:" + port}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLoopback() {
			all = append(all, net.JoinHostPort(n.IP.String(), port))
		}
	}
	return all
}
