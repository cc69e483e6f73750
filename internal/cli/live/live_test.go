package live_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stella-ops/assure/internal/cli"
	"github.com/stella-ops/assure/internal/reporter/document"
)

// change is a pull request of a repository made for the test.
type change struct {
	repo, temp, base string
	env              map[string]string
	out              bytes.Buffer
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// propose checks out the merge of a change into a base.
func propose(t *testing.T, base, head map[string]string) *change {
	t.Helper()
	dir := t.TempDir()
	c := &change{repo: filepath.Join(dir, "repo"), temp: filepath.Join(dir, "temp")}
	put(t, c.repo, base)
	git(t, c.repo, "init", "-q")
	git(t, c.repo, "add", "-A")
	git(t, c.repo, "commit", "-qm", "base")
	c.base = git(t, c.repo, "rev-parse", "HEAD")
	git(t, c.repo, "checkout", "-qb", "change")
	put(t, c.repo, head)
	git(t, c.repo, "add", "-A")
	git(t, c.repo, "commit", "-qm", "change")
	tip := git(t, c.repo, "rev-parse", "HEAD")
	git(t, c.repo, "checkout", "-q", "main")
	git(t, c.repo, "merge", "-q", "--no-ff", "-m", "merge", "change")
	const repository = `{"id": 1, "full_name": "acme/shop", "default_branch": "main"}`
	put(t, c.temp, map[string]string{"output": "", "summary": "", "event.json": `{"pull_request": {"number": 7, "base": {"sha": "` + c.base + `", "ref": "main", "repo": ` + repository + `},
		"head": {"sha": "` + tip + `", "ref": "change", "repo": ` + repository + `}}, "repository": ` + repository + `}`})
	c.env = map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_SHA": git(t, c.repo, "rev-parse", "HEAD"),
		"GITHUB_REF": "refs/pull/7/merge", "GITHUB_EVENT_PATH": filepath.Join(c.temp, "event.json"), "GITHUB_OUTPUT": filepath.Join(c.temp, "output"),
		"GITHUB_STEP_SUMMARY": filepath.Join(c.temp, "summary"), "GITHUB_RUN_ID": "1", "GITHUB_JOB": "gate", "RUNNER_TEMP": c.temp,
		"INPUT_STAGES": "dast", "INPUT_OUT": filepath.Join(c.temp, "report"), "DOCKER_HOST": "unix://" + filepath.Join(dir, "no.sock"),
	}
	return c
}

func (c *change) run(t *testing.T) int {
	t.Helper()
	c.out.Reset()
	return cli.Main(t.Context(), cli.Env{
		Args: []string{"/assure", "run", c.repo}, Stdin: strings.NewReader(""), Stdout: &c.out, Stderr: &c.out,
		LookupEnv: func(name string) (string, bool) { v, ok := c.env[name]; return v, ok },
		Now:       func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) },
	})
}

func (c *change) report(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(c.temp, "report", "report.json"))
	if err != nil {
		t.Fatalf("%v\n%s", err, &c.out)
	}
	return string(data)
}

const compose = "services:\n  web:\n    build: web\n    volumes: [\"./conf:/etc/web:ro\"]\n"

// TestUntouchedStackIsNotStarted has no engine: whatever is started ends with an error.
func TestUntouchedStackIsNotStarted(t *testing.T) {
	base := map[string]string{
		"compose.yaml": compose, "web/Dockerfile": "FROM scratch\n", "conf/a": "1\n", "README.md": "old\n",
		".zap/rules.tsv": "10021\tWARN\t(x)\n", ".github/assure.yml": "fail-on-severity: high\ndast: {env: {A: b}}\n",
	}
	for name, c := range map[string]struct {
		head    map[string]string
		skipped bool
	}{
		"a text":                   {map[string]string{"README.md": "new\n"}, true},
		"a setting of another":     {map[string]string{".github/assure.yml": "fail-on-severity: low\ndast: {env: {A: b}}\n"}, true},
		"the Compose file":         {map[string]string{"compose.yaml": compose + "    read_only: true\n"}, false},
		"an override appears":      {map[string]string{"compose.override.yaml": "services: {web: {read_only: true}}\n"}, false},
		"the build context":        {map[string]string{"web/main.go": "package main\n"}, false},
		"a mounted file":           {map[string]string{"conf/a": "2\n"}, false},
		"variables":                {map[string]string{".env": "A=1\n"}, false},
		"settings of the test":     {map[string]string{".github/assure.yml": "fail-on-severity: high\ndast: {env: {A: c}}\n"}, false},
		"the rules of the scan":    {map[string]string{".zap/rules.tsv": "10021\tIGNORE\t(x)\n"}, false},
		"settings that are broken": {map[string]string{".github/assure.yml": "dast: [\n"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := propose(t, base, c.head)
			code := p.run(t)
			skipped := strings.Contains(p.report(t), `"reason": "nothing that the stack is made of changed: compose.yaml,`)
			if skipped != c.skipped || skipped != (code == 0) {
				t.Errorf("skipped %v, exit code %d\n%s", skipped, code, &p.out)
			}
			if strings.Contains(p.report(t), `"state": "satisfied"`) {
				t.Error("a control is satisfied although nothing was tested")
			}
		})
	}
}

// TestPushesAreTested: where no change is under test, nothing is left out.
func TestPushesAreTested(t *testing.T) {
	p := propose(t, map[string]string{"compose.yaml": compose}, map[string]string{"README.md": "new\n"})
	p.env["GITHUB_EVENT_NAME"], p.env["GITHUB_REF"] = "push", "refs/heads/main"
	put(t, p.temp, map[string]string{"event.json": `{"ref": "refs/heads/main", "after": "` + p.env["GITHUB_SHA"] + `", "repository": {"id": 1, "full_name": "acme/shop", "default_branch": "main"}}`})
	if code := p.run(t); code != 2 || !strings.Contains(p.out.String(), "no container engine answers") {
		t.Errorf("exit code %d\n%s", code, &p.out)
	}
}

// service answers with a page whose text is body at its root, and else with nothing special.
func service(t *testing.T, body *string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		text := "<html><body>fine</body></html>"
		if r.URL.Path == "/" {
			text = *body
		}
		_, _ = w.Write([]byte(text))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestBaseReport tests a service outside of any stack on a base and on a change.
func TestBaseReport(t *testing.T) {
	body := "<html><body>fine</body></html>"
	url := service(t, &body)
	p := propose(t, map[string]string{"README.md": "old\n", ".github/assure.yml": "fail-on-severity: low\ndast: {target: {url: \"" + url + "\"}}\n"}, map[string]string{"README.md": "new\n"})
	if code := p.run(t); code != 1 {
		t.Fatalf("exit code %d without a report to compare with, want 1\n%s", code, &p.out)
	}

	// What a run on the base commit reports.
	onBase := strings.ReplaceAll(p.report(t), p.env["GITHUB_SHA"], p.base)
	file := filepath.Join(p.temp, "base.json")
	put(t, p.temp, map[string]string{"base.json": onBase})
	p.env["INPUT_BASE-REPORT"] = file
	if code := p.run(t); code != 0 || !strings.Contains(p.report(t), `"class": "existing"`) {
		t.Errorf("exit code %d with the report of the base, want 0\n%s", code, &p.out)
	}

	// One more finding is new; the others stay old.
	body = "<html><body>10.0.0.17</body></html>"
	if code := p.run(t); code != 1 || !strings.Contains(p.report(t), `"introduced": 1,`) {
		t.Errorf("exit code %d with a new finding, want 1\n%s", code, &p.out)
	}
	body = "<html><body>fine</body></html>"

	// A report that cannot be used makes everything new, and says why.
	for name, c := range map[string]struct{ file, text, want string }{
		"another commit":  {file, strings.ReplaceAll(onBase, p.base, strings.Repeat("3", 40)), "is about commit"},
		"no dynamic test": {file, strings.ReplaceAll(onBase, `"name": "dast"`, `"name": "deps"`), "did not make the dynamic test"},
		"cut":             {file, onBase[:len(onBase)/2], "read the report"},
		"unknown key":     {file, strings.Replace(onBase, `"schema": 1,`, `"schema": 1, "trust": "me",`, 1), "read the report"},
		"another version": {file, strings.Replace(onBase, `"fingerprint": "`, `"fingerprint": "0`, 1), "another version"},
		"missing":         {filepath.Join(p.temp, "none.json"), "", "no such file"},
		"too large":       {file, onBase + strings.Repeat(" ", document.MaxTrustedBytes), "are more than"},
		"a directory":     {p.temp, "", "not a regular file"},
	} {
		if c.text != "" {
			put(t, p.temp, map[string]string{"base.json": c.text})
		}
		p.env["INPUT_BASE-REPORT"] = c.file
		if code := p.run(t); code != 1 || !strings.Contains(p.report(t), "dast.base-report could not be used") || !strings.Contains(p.report(t), c.want) {
			t.Errorf("%s: exit code %d, want 1 and %q\n%s", name, code, c.want, &p.out)
		}
	}

	// One that the change could choose is refused.
	put(t, p.temp, map[string]string{"base.json": onBase})
	put(t, p.repo, map[string]string{"inside.json": onBase})
	if err := os.Symlink(filepath.Join(p.repo, "inside.json"), filepath.Join(p.temp, "link.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, filepath.Join(p.repo, "link.json")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Join(p.repo, "inside.json"), filepath.Join(p.temp, "link.json"), filepath.Join(p.repo, "link.json"), filepath.Join(p.repo, "none.json")} {
		p.env["INPUT_BASE-REPORT"] = name
		if code := p.run(t); code != 2 || !strings.Contains(p.out.String(), "inside of the repository") {
			t.Errorf("%s: exit code %d, want 2\n%s", name, code, &p.out)
		}
	}
}
