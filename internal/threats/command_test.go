package threats_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stella-ops/assure/internal/cli"
	"github.com/stella-ops/assure/internal/stage/deps/fixture"
)

var clock = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// files are the texts of a repository by name.
type files map[string]string

// with are the files with others on top.
func (f files) with(others files) files {
	all := maps.Clone(f)
	maps.Copy(all, others)
	return all
}

// job is the action as the runner starts it.
type job struct {
	repo, temp, base string
	env              map[string]string
	log              bytes.Buffer
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func put(t *testing.T, dir string, all files) {
	t.Helper()
	for name, text := range all {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const (
	clean      = "services:\n  web:\n    image: nginx:1.27.0\n"
	privileged = clean + "    privileged: true\n"
)

// propose is a pull request from the same repository, checked out as its merge.
func propose(t *testing.T, base, head files) *job {
	t.Helper()
	dir := t.TempDir()
	j := &job{repo: filepath.Join(dir, "repo"), temp: filepath.Join(dir, "temp")}
	put(t, j.repo, files{"README.md": "shop\n"}.with(base))
	git(t, j.repo, "init", "-q")
	git(t, j.repo, "add", "-A", "-f")
	git(t, j.repo, "commit", "-qm", "base")
	j.base = git(t, j.repo, "rev-parse", "HEAD")
	git(t, j.repo, "checkout", "-qb", "change")
	put(t, j.repo, head)
	git(t, j.repo, "add", "-A", "-f")
	git(t, j.repo, "commit", "-q", "--allow-empty", "-m", "change")
	tip := git(t, j.repo, "rev-parse", "HEAD")
	git(t, j.repo, "checkout", "-q", "main")
	git(t, j.repo, "merge", "-q", "--no-ff", "-m", "merge", "change")
	put(t, j.temp, files{"output": "", "summary": "", "state": "", "env": "", "path": "", "event.json": `{"pull_request": {"number": 7,
		"base": {"sha": "` + j.base + `", "ref": "main", "repo": {"id": 1, "full_name": "acme/shop", "default_branch": "main"}},
		"head": {"sha": "` + tip + `", "ref": "change", "repo": {"id": 1, "full_name": "acme/shop"}}}, "repository": {"id": 1, "full_name": "acme/shop", "default_branch": "main"}}`})
	j.env = map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_SHA": git(t, j.repo, "rev-parse", "HEAD"),
		"GITHUB_REF": "refs/pull/7/merge", "GITHUB_EVENT_PATH": filepath.Join(j.temp, "event.json"), "GITHUB_OUTPUT": filepath.Join(j.temp, "output"),
		"GITHUB_STEP_SUMMARY": filepath.Join(j.temp, "summary"), "GITHUB_STATE": filepath.Join(j.temp, "state"), "GITHUB_ENV": filepath.Join(j.temp, "env"), "GITHUB_PATH": filepath.Join(j.temp, "path"),
		"GITHUB_RUN_ID": "1", "GITHUB_JOB": "gate", "GITHUB_WORKFLOW_REF": "acme/shop/.github/workflows/gate.yml@refs/heads/main", "RUNNER_TEMP": j.temp, "RUNNER_ENVIRONMENT": "github-hosted",
		"INPUT_STAGES": "hardening", "INPUT_OFFLINE": "true", "INPUT_OUT": filepath.Join(j.temp, "report"), "DOCKER_HOST": "unix://" + filepath.Join(dir, "no.sock"),
	}
	return j
}

// pushed makes it a push of everything to the default branch.
func (j *job) pushed(t *testing.T) *job {
	t.Helper()
	put(t, j.temp, files{"event.json": `{"ref": "refs/heads/main", "before": "` + j.base + `", "after": "` + j.env["GITHUB_SHA"] + `",
		"repository": {"id": 1, "full_name": "acme/shop", "default_branch": "main"}}`})
	j.env["GITHUB_EVENT_NAME"], j.env["GITHUB_REF"] = "push", "refs/heads/main"
	return j
}

// data gives the job a vulnerability database in which jinja2 2.11.2 is vulnerable.
func (j *job) data(t *testing.T) *job {
	t.Helper()
	db := filepath.Join(t.TempDir(), "db")
	err := fixture.Write(db, []fixture.Advisory{{
		ID: "CVE-2020-28493", Ecosystem: "pip", Package: "jinja2", Vulnerable: []string{"<2.11.3"}, Patched: []string{">=2.11.3"},
		Title: "Denial of service", Severity: "HIGH", Score: 7.5,
	}}, clock.Add(-3*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	j.env["INPUT_DATABASE"], j.env["INPUT_STAGES"] = db, "deps,hardening"
	return j
}

func (j *job) run(t *testing.T) int {
	t.Helper()
	j.log.Reset()
	return cli.Main(t.Context(), cli.Env{
		Args: []string{"/assure", "run", j.repo}, Stdin: strings.NewReader(""), Stdout: &j.log, Stderr: &j.log,
		LookupEnv: func(name string) (string, bool) { v, ok := j.env[name]; return v, ok },
		Now:       func() time.Time { return clock },
	})
}

// ends runs the job and wants this exit code.
func (j *job) ends(t *testing.T, what string, want int) {
	t.Helper()
	if code := j.run(t); code != want {
		t.Errorf("%s: exit code %d, want %d\n%s", what, code, want, &j.log)
	}
}

// outputs are everything that the run wrote, by file; the log is one of them.
func (j *job) outputs(t *testing.T) files {
	t.Helper()
	all := files{"log": j.log.String()}
	for _, root := range []string{"report", "output", "summary", "state", "env", "path"} {
		err := filepath.WalkDir(filepath.Join(j.temp, root), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			all[strings.TrimPrefix(path, j.temp+"/")] = string(data)
			return err
		})
		if err != nil {
			t.Fatalf("%v\n%s", err, &j.log)
		}
	}
	return all
}

// holdsNot wants none of the texts in anything that the run wrote.
func (j *job) holdsNot(t *testing.T, what string, texts ...string) {
	t.Helper()
	for name, data := range j.outputs(t) {
		for _, text := range texts {
			if strings.Contains(data, text) {
				t.Errorf("%s: %s holds %q", what, name, text)
			}
		}
	}
}

// failing are the rules whose findings fail the gate.
func (j *job) failing(t *testing.T) (rules []string) {
	t.Helper()
	var report struct {
		Findings []struct {
			Rule  string
			Gates bool
		}
	}
	if err := json.Unmarshal([]byte(j.outputs(t)["report/report.json"]), &report); err != nil {
		t.Fatalf("%v\n%s", err, &j.log)
	}
	for _, f := range report.Findings {
		if f.Gates {
			rules = append(rules, f.Rule)
		}
	}
	slices.Sort(rules)
	return rules
}
