package stack

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"

	"github.com/stella-ops/assure/internal/source"
)

func src(tree *source.Tree, files ...string) Source {
	return Source{Tree: tree, Dir: ".", Files: files, Run: "Run.1", Random: func(n int) string { return strings.Repeat("r", n) }}
}

func TestLoad(t *testing.T) {
	t.Setenv("ACTIONS_RUNTIME_TOKEN", "from-the-process")
	root := t.TempDir()
	write(t, root, map[string]string{
		"compose.yml": `
include: [more/compose.yml]
services:
  web:
    extends: {file: base/base.yml, service: base}
    image: "web:${TAG:-1}"
    labels: {token: "[${ACTIONS_RUNTIME_TOKEN}]", word: "${WORD}", own: "${OWN}"}
    environment: [ACTIONS_RUNTIME_TOKEN, OWN]
    env_file: [web.env]
    secrets: [db, long]
  debug: {image: debug, profiles: [debug]}
secrets: {db: {file: db.secret}, long: {file: long.secret}}
`,
		"db.secret": "from-a-file\n", "long.secret": "two\nlines\n",
		"over.yml":         "services: {web: {hostname: over}}",
		"base/base.yml":    "services: {base: {user: \"7:7\", extends: {file: ../base/deep.yml, service: deep}}}",
		"base/deep.yml":    "services: {deep: {working_dir: /deep}}",
		"more/compose.yml": "services: {db: {image: \"db:${VERSION}\", volumes: [\"./init:/init\"]}}",
		"more/.env":        "VERSION=3\n",
		".env":             "WORD=dotenv\nOWN=dotenv\n",
		"web.env":          "FROM_FILE=1\nDB_PASSWORD=hunter2hunter2\n",
	})
	s := src(open(t, root), "compose.yml", "over.yml")
	s.Env = map[string]string{"OWN": Random}
	m, err := Load(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	web, db := m.Project.Services["web"], m.Project.Services["db"]
	if m.Project.Name != "assure-run1" || web.Image != "web:1" || web.User != "7:7" || web.WorkingDir != "/deep" || web.Hostname != "over" || db.Image != "db:3" {
		t.Errorf("%s %+v %+v", m.Project.Name, web, db)
	}
	if _, ok := m.Project.Services["debug"]; ok {
		t.Error("a profile that is not active was loaded")
	}
	want := map[string]string{"token": "[]", "word": "dotenv", "own": strings.Repeat("r", secretLength)}
	if diff := cmp.Diff(want, map[string]string(web.Labels)); diff != "" {
		t.Error(diff)
	}
	if len(web.Environment) > 2 {
		t.Error("the env file was opened before anybody judged it")
	}
	if m, err = m.Complete(); err != nil {
		t.Fatal(err)
	}
	env := m.Project.Services["web"].Environment
	if v := env["ACTIONS_RUNTIME_TOKEN"]; v != nil {
		t.Errorf("a variable of the process reached the stack: %s", *v)
	}
	if *env["FROM_FILE"] != "1" || *env["OWN"] != strings.Repeat("r", secretLength) {
		t.Errorf("%v", env)
	}
	if got := mask("hunter2hunter2 from-a-file two "+strings.Repeat("r", secretLength), m.Secrets); got != "*** *** two ***" {
		t.Errorf("masked: %q", got)
	}
}

func TestLoadRefuses(t *testing.T) {
	outside := t.TempDir()
	write(t, outside, map[string]string{"secret.yml": "services: {s: {image: top-secret}}", ".env": "A=top-secret"})
	root := t.TempDir()
	files := map[string]string{
		"extends.yml":   "services: {w: {extends: {file: \"" + outside + "/secret.yml\", service: s}}}",
		"dots.yml":      "services: {w: {extends: {file: ../../../../../../../../../etc/passwd, service: s}}}",
		"home.yml":      "services: {w: {extends: {file: ~/secret.yml, service: s}}}",
		"~/secret.yml":  "services: {s: {image: s}}",
		"deep.yml":      "services: {w: {extends: {file: sub/a.yml, service: a}}}",
		"sub/a.yml":     "services: {a: {extends: {file: ~/x.yml, service: s}}}",
		"var.yml":       "services: {w: {extends: {file: \"${X:-/etc}/passwd\", service: s}}}",
		"anchor.yml":    "x-a: &a {extends: {file: /etc/passwd, service: s}}\nservices: {w: {<<: *a, image: w}}",
		"link.yml":      "include: [linked.yml]",
		"second.yml":    "services: {w: {image: w}}\n---\ninclude: [/etc/passwd]",
		"remote.yml":    "include: [\"https://example.com/x.git\"]",
		"oci.yml":       "include: [\"oci://example.com/x\"]",
		"git.yml":       "services: {w: {extends: {file: \"git@example.com:x.git\", service: s}}}",
		"envfile.yml":   "include: [{path: ok.yml, env_file: /proc/self/environ}]",
		"project.yml":   "include: [{path: ok.yml, project_directory: /}]",
		"dotenv.yml":    "include: [bad/ok.yml]",
		"bad/ok.yml":    "services: {b: {image: \"b:${A}\"}}",
		"ok.yml":        "services: {o: {image: o}}",
		"required.yml":  "services: {w: {image: \"w:${NOPE:?give it}\"}}",
		"schema.yml":    "services: {w: {imago: w}}",
		"list.yml":      "[]",
		"empty.yml":     "",
		"notalist.yml":  "include: {a: b}",
		"number.yml":    "include: [7]",
		"cycle.yml":     "include: [cycle.yml]",
		"unwrapped.yml": "services: {w: {image: w}}\ninclude: [{}]",
	}
	write(t, root, files)
	for link, to := range map[string]string{"linked.yml": outside + "/secret.yml", "bad/.env": outside + "/.env", "main.yml": outside + "/secret.yml"} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	tree := open(t, root)
	for _, name := range []string{
		"extends.yml", "dots.yml", "home.yml", "deep.yml", "var.yml", "anchor.yml", "link.yml", "second.yml", "remote.yml", "oci.yml", "git.yml",
		"envfile.yml", "project.yml", "dotenv.yml", "required.yml", "schema.yml", "list.yml", "empty.yml", "notalist.yml", "number.yml", "cycle.yml",
		"unwrapped.yml", "main.yml", "missing.yml",
	} {
		m, err := Load(t.Context(), src(tree, name))
		if err == nil {
			t.Errorf("%s was loaded: %+v", name, m.Project.Services)
		} else if strings.Contains(err.Error(), "top-secret") || strings.Contains(err.Error(), "root:x") {
			t.Errorf("%s: the error shows a file of the machine: %v", name, err)
		}
	}
	if _, err := Load(t.Context(), src(tree, "ok.yml")); err != nil {
		t.Errorf("a harmless file is refused: %v", err)
	}
}

func TestGate(t *testing.T) {
	g := gate{"/repo"}
	for name, claimed := range map[string]bool{
		"/repo/a.yml": false, "a.yml": false, "../a.yml": false, "/etc/passwd": true, "/repo2/a": true, "https://x/y": true, "git@x:y": true, "oci://x": true,
	} {
		if got := g.Accept(name); got != claimed {
			t.Errorf("Accept(%q) = %v", name, got)
		}
	}
	if _, err := g.Load(t.Context(), "x"); err == nil {
		t.Error("the gate loads")
	}
}

func TestJudge(t *testing.T) {
	health := func(s container.HealthStatus) *container.State {
		return &container.State{Status: container.StateRunning, Running: true, Health: &container.Health{Status: s, Log: []*container.HealthcheckResult{{ExitCode: 1, Output: "no"}}}}
	}
	for name, c := range map[string]struct {
		state *container.State
		ran   time.Duration
		want  condition
		word  string
	}{
		"nothing known":  {nil, 0, waiting, "unknown"},
		"created":        {&container.State{Status: container.StateCreated}, 0, waiting, "created"},
		"just running":   {&container.State{Status: container.StateRunning, Running: true}, settle - 1, waiting, "starting"},
		"settled":        {&container.State{Status: container.StateRunning, Running: true}, settle, ready, "running"},
		"healthy":        {health(container.Healthy), 0, ready, "healthy"},
		"unhealthy":      {health(container.Unhealthy), time.Hour, failed, "unhealthy: the health check exited with 1: no"},
		"still starting": {health(container.Starting), time.Hour, waiting, "starting"},
		"no check":       {health(container.NoHealthcheck), settle, ready, "running"},
		"done":           {&container.State{Status: container.StateExited}, 0, ready, "done"},
		"failed":         {&container.State{Status: container.StateExited, ExitCode: 2}, 0, failed, "exited with code 2"},
		"killed":         {&container.State{Status: container.StateExited, ExitCode: 137, OOMKilled: true}, 0, failed, "ran out of memory"},
		"restarting":     {&container.State{Status: container.StateRestarting}, 0, failed, "restarts over and over"},
		"dead":           {&container.State{Status: container.StateDead}, 0, failed, "exited with code 0"},
		"paused":         {&container.State{Status: container.StatePaused}, 0, waiting, "paused"},
	} {
		if got, word := judge(c.state, c.ran); got != c.want || word != c.word {
			t.Errorf("%s: %v %q", name, got, word)
		}
	}
}

func TestLastIsBoundedAndPrintable(t *testing.T) {
	text := strings.Repeat("line\n", 50) + "\x1b[31mred\x1b[0m\x00\xff\n\n" + strings.Repeat("x", 3*maxLine)
	got := last(text, 3)
	if lines := strings.Split(got, "\n"); len(lines) != 3 || lines[1] != "  [31mred[0m" || len([]rune(lines[2])) != maxLine+3 {
		t.Errorf("%q", got)
	}
}

func TestMaskLongestFirst(t *testing.T) {
	if got := mask("secretsecret secret abc", []string{"secret", "secretsecret", "abc", ""}); got != "*** *** abc" {
		t.Error(got)
	}
}

func TestSelfPaths(t *testing.T) {
	self := Self{ID: "x", mounts: []container.MountPoint{
		{Type: mount.TypeBind, Source: "/var/run/docker.sock", Destination: "/var/run/docker.sock"},
		{Type: mount.TypeBind, Source: "/home/runner/work/app/app", Destination: "/github/workspace"},
		{Type: mount.TypeBind, Source: "/home/runner/_temp", Destination: "/github"},
		{Type: mount.TypeTmpfs, Destination: "/scratch"},
	}}
	for _, c := range []struct {
		self       Self
		root, host string
		want       string
		missing    bool
	}{
		{Self{}, "/repo", "", "", false},
		{self, "/github/workspace", "", "/home/runner/work/app/app", false},
		{self, "/github/workspace/sub", "", "/home/runner/work/app/app/sub", false},
		{self, "/github/workspace", "/elsewhere", "/elsewhere", false},
		{self, "/github/workspaces", "", "/home/runner/_temp/workspaces", false},
		{self, "/src", "", "", true},
		{self, "/scratch", "", "", true},
	} {
		got := c.self.Paths(c.root, c.host)
		if got.Host != c.want || (got.Missing != nil) != c.missing {
			t.Errorf("%s: %+v", c.root, got)
		}
	}
	p := self.Paths("/github/workspace", "")
	if got, err := p.host("/github/workspace/data"); err != nil || got != "/home/runner/work/app/app/data" {
		t.Error(got, err)
	}
	if _, err := self.Paths("/src", "").host("/src/data"); err == nil {
		t.Error("a mount that the engine cannot see is accepted")
	}
}

func TestContainerFile(t *testing.T) {
	id := strings.Repeat("ab", 32)
	line := "1 2 8:1 /var/lib/docker/containers/" + id + "/resolv.conf /etc/resolv.conf rw - ext4 /dev/sda1 rw\n"
	if m := containerFile.FindStringSubmatch(line); m == nil || m[1] != id {
		t.Errorf("%q", m)
	}
	if m := containerFile.FindStringSubmatch("1 2 8:1 /containers/short/hostname /etc/hostname rw - ext4 x rw"); m != nil {
		t.Errorf("%q", m)
	}
}

func FuzzRefs(f *testing.F) {
	f.Add("services: {w: {extends: {file: /etc/passwd, service: s}}}")
	f.Add("include: [a, {path: [b, /c]}]")
	f.Add("&a [*a]")
	f.Add("services: !reset {w: 1}")
	root := f.TempDir()
	tree, err := source.Open(root)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		if err := os.WriteFile(filepath.Join(root, "compose.yml"), []byte(doc), 0o600); err != nil {
			t.Fatal(err)
		}
		r := &refs{tree: tree, seen: map[string]bool{}}
		err := r.check(filepath.Join(root, "compose.yml"), root, true)
		for name := range r.seen {
			if err == nil && !strings.HasPrefix(name, tree.Dir()) {
				t.Errorf("%q leads to %q", doc, name)
			}
		}
	})
}
