package parts_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/discover"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/dast/parts"
)

// build plans a repository with these files.
func build(t *testing.T, cfg config.DAST, files map[string]string) *plan.Plan {
	t.Helper()
	root := t.TempDir()
	for name, data := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := source.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	p, err := discover.Build(t.Context(), tree, config.Config{DAST: cfg}, plan.Event{Name: "pull_request"}, source.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const whole = `include: [shared/db.yaml]
services:
  web:
    build: {context: web, dockerfile: ../docker/web.Dockerfile, additional_contexts: {lib: ./lib}}
    env_file: [web.env]
    volumes: ["./conf:/etc/web:ro", "./one.txt:/one.txt:ro", "data:/data"]
    configs: [settings]
    secrets: [password]
    security_opt: ["no-new-privileges:true", "seccomp:./seccomp.json"]
    extends: {file: base/common.yaml, service: common}
  idle:
    profiles: [never]
    build: idle
volumes: {data: {}}
configs: {settings: {file: ./settings.json}}
secrets: {password: {file: ./secret.txt}}
`

func wholeStack() map[string]string {
	return map[string]string{
		"compose.yaml": whole, "compose.override.yaml": "services: {web: {read_only: true}}\n",
		"shared/db.yaml": "services: {db: {image: \"redis:7\", volumes: [\"./init:/init:ro\"]}}\n", "shared/init/x": "",
		"base/common.yaml": "services: {common: {image: \"web:1\", label_file: [./labels]}}\n", "base/labels": "a=b\n",
		"web/main.go": "", "docker/web.Dockerfile": "FROM scratch\n", "lib/x": "", "web.env": "A=1\n", "conf/a": "", "one.txt": "",
		"settings.json": "{}", "secret.txt": "s", "seccomp.json": "{}", "idle/Dockerfile": "FROM scratch\n", "README.md": "",
	}
}

func TestOfNamesEverythingThatTheStackIsMadeOf(t *testing.T) {
	got, known := parts.Of(t.Context(), build(t, config.DAST{}, wholeStack()), config.DAST{})
	want := []string{
		".env", "base/.env", "base/common.yaml", "base/labels",
		"compose.override.yaml", "compose.override.yml", "compose.yaml", "compose.yml", "conf/",
		"docker-compose.override.yaml", "docker-compose.override.yml", "docker-compose.yaml", "docker-compose.yml",
		"docker/web.Dockerfile", "docker/web.Dockerfile.dockerignore", "idle/", "idle/Dockerfile", "idle/Dockerfile.dockerignore",
		"lib/", "one.txt", "seccomp.json", "secret.txt", "settings.json", "shared/.env", "shared/db.yaml", "shared/init/", "web.env", "web/",
	}
	if diff := cmp.Diff(want, got); diff != "" || !known {
		t.Errorf("known %v (-want +got):\n%s", known, diff)
	}
}

// TestSame changes one part after the other.
func TestSame(t *testing.T) {
	p := build(t, config.DAST{}, wholeStack())
	all, _ := parts.Of(t.Context(), p, config.DAST{})
	for _, changed := range append(all, "README.md") {
		got := parts.Same(t.Context(), p, config.DAST{}, func(name string) bool { return name != changed })
		if want := changed == "README.md"; got != want {
			t.Errorf("%s changed: same is %v, want %v", changed, got, want)
		}
	}
	if parts.Same(t.Context(), p, config.DAST{}, nil) {
		t.Error("what is not known is the same")
	}
}

// TestUnknown are stacks of which nobody can name every part.
func TestUnknown(t *testing.T) {
	for name, c := range map[string]struct {
		cfg   config.DAST
		files map[string]string
		known bool
	}{
		"a plain file":      {files: map[string]string{"compose.yaml": "services: {web: {image: web}}\n"}, known: true},
		"no stack":          {files: map[string]string{"README.md": ""}},
		"outside":           {files: map[string]string{"compose.yaml": "services: {web: {image: web, volumes: [\"/etc:/x\"]}}\n"}},
		"a fetched context": {files: map[string]string{"compose.yaml": "services: {web: {build: \"https://example.org/x.git\"}}\n"}},
		"a further context": {files: map[string]string{"compose.yaml": "services: {web: {build: {context: web, additional_contexts: {x: \"docker-image://alpine\"}}}}\n", "web/Dockerfile": ""}},
		"never pulled":      {files: map[string]string{"compose.yaml": "services: {web: {image: web, pull_policy: never}}\n"}},
		"built by a script": {files: map[string]string{"compose.yaml": "services: {web: {image: \"acme/web:1\"}}\n", "build.sh": "#!/bin/sh\ndocker build -t acme/web:1 src\n", "src/Dockerfile": "FROM scratch\n"}},
		"configured files": {
			cfg:   config.DAST{Compose: []string{"a.yaml", "b.yaml"}},
			files: map[string]string{"a.yaml": "services: {web: {image: web}}\n", "b.yaml": "services: {web: {read_only: true}}\n"}, known: true,
		},
		"files that a script puts together": {files: map[string]string{
			"Makefile": "up:\n\tdocker compose -f deploy/a.yaml -f deploy/b.yaml up\n", "deploy/a.yaml": "services: {web: {image: web}}\n", "deploy/b.yaml": "services: {web: {read_only: true}}\n",
		}},
		"what does not load": {files: map[string]string{"compose.yaml": "services: {web: {image: \"${NAME?it is needed}\"}}\n"}, known: true},
	} {
		if _, known := parts.Of(t.Context(), build(t, c.cfg, c.files), c.cfg); known != c.known {
			t.Errorf("%s: known is %v, want %v", name, known, c.known)
		}
	}
}
