package around

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stella-ops/assure/internal/cli"
)

var clock = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// outcome is what the program said about a change.
type outcome struct {
	code int
	out  string
}

// judge runs the program as the action does on the pull request of a fork.
func judge(t *testing.T, base, head map[string]string) outcome {
	t.Helper()
	dir, temp := t.TempDir(), t.TempDir()
	repo := filepath.Join(dir, "repo")
	git := func(args ...string) string {
		cmd := exec.Command("git", append([]string{"-C", repo, "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "core.autocrlf=false"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	write(t, repo, base)
	git("init", "-q", "-b", "main")
	git("add", "-A", "-f")
	git("commit", "-qm", "base")
	git("checkout", "-qb", "change")
	write(t, repo, head)
	git("add", "-A", "-f")
	git("commit", "-qm", "change")
	tip := git("rev-parse", "HEAD")
	git("checkout", "-q", "main")
	start := git("rev-parse", "HEAD")
	git("merge", "-q", "--no-ff", "-m", "merge", "change")
	event := filepath.Join(dir, "event.json")
	put(t, event, fmt.Sprintf(`{"action": "opened", "number": 7, "pull_request": {"number": 7, "base": {"ref": "main", "sha": %q, "repo": {"id": 1, "full_name": "acme/demo", "default_branch": "main"}},
 "head": {"ref": "change", "sha": %q, "repo": {"id": 2, "full_name": "evil/demo", "fork": true}}}, "repository": {"id": 1, "full_name": "acme/demo", "default_branch": "main"}}`, start, tip))
	for _, name := range []string{"output", "summary"} {
		put(t, filepath.Join(dir, name), "")
	}
	env := map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "acme/demo", "GITHUB_SHA": git("rev-parse", "HEAD"),
		"GITHUB_REF": "refs/pull/7/merge", "GITHUB_EVENT_PATH": event, "GITHUB_OUTPUT": filepath.Join(dir, "output"),
		"GITHUB_STEP_SUMMARY": filepath.Join(dir, "summary"), "GITHUB_API_URL": "https://api.example.org", "GITHUB_SERVER_URL": "https://example.org",
		"GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "gate", "RUNNER_TEMP": temp, "GITHUB_WORKSPACE": repo,
		"INPUT_STAGES": "hardening,images", "INPUT_OFFLINE": "true", "INPUT_OUT": filepath.Join(dir, "report"), "HOME": dir,
	}
	var out bytes.Buffer
	code := cli.Main(context.Background(), cli.Env{
		Args: []string{"assure", "run", "--quiet", repo}, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
		LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		Now:       func() time.Time { return clock },
	})
	return outcome{code: code, out: out.String()}
}

// put writes a file; a text that begins with -> is a link, and "gone" removes it.
func put(t *testing.T, path, text string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	os.Remove(path) // so that a link is not written through
	if target, ok := strings.CutPrefix(text, "->"); ok && err == nil {
		err = os.Symlink(target, path)
	} else if text != gone && err == nil {
		err = os.WriteFile(path, []byte(text), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

const gone = "gone"

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		put(t, filepath.Join(dir, filepath.FromSlash(name)), text)
	}
}

// with is a copy of files with others over them.
func with(files, others map[string]string) map[string]string {
	all := maps.Clone(files)
	maps.Copy(all, others)
	return all
}
