package cli_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/cli"
	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/github"
	"github.com/stella-ops/assure/internal/github/githubtest"
)

// step is the action on a pull request of a repository made for the test.
type step struct {
	env            map[string]string
	stdout, stderr bytes.Buffer
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

const (
	cleanCompose = "services:\n  web:\n    image: nginx:1.27.0\n"
	privileged   = cleanCompose + "    privileged: true\n"
)

// pullRequest checks out the merge of a change that adds privileged.
func pullRequest(t *testing.T, gh *githubtest.Server) *step {
	t.Helper()
	dir := t.TempDir()
	repo := filepath.Join(dir, "repo")
	put(t, filepath.Join(repo, "compose.yaml"), cleanCompose)
	git(t, repo, "init", "-q")
	git(t, repo, "add", "-A")
	git(t, repo, "commit", "-qm", "base")
	git(t, repo, "checkout", "-qb", "change")
	put(t, filepath.Join(repo, "compose.yaml"), privileged)
	git(t, repo, "commit", "-qam", "change")
	git(t, repo, "checkout", "-q", "main")
	git(t, repo, "merge", "-q", "--no-ff", "-m", "merge", "change")
	head, err := exec.CommandContext(t.Context(), "git", "-C", repo, "rev-parse", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	side := `{"sha": "` + strings.Repeat("1", 40) + `", "ref": "x", "repo": {"id": 1, "full_name": "acme/shop"}}`
	for _, name := range []string{"output", "summary", "state"} {
		put(t, filepath.Join(dir, name), "")
	}
	put(t, filepath.Join(dir, "event.json"), `{"pull_request": {"number": 7, "base": `+side+`, "head": `+side+`}, "repository": {"id": 1, "full_name": "acme/shop"}}`)
	t.Chdir(repo)
	return &step{env: map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "acme/shop",
		"GITHUB_SHA": strings.TrimSpace(string(head)), "GITHUB_REF": "refs/pull/7/merge", "GITHUB_EVENT_PATH": filepath.Join(dir, "event.json"),
		"GITHUB_OUTPUT": filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(dir, "summary"), "GITHUB_STATE": filepath.Join(dir, "state"),
		"GITHUB_API_URL": gh.URL, "GITHUB_SERVER_URL": "https://github.example", "GITHUB_GRAPHQL_URL": gh.URL + "/graphql",
		"GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "gate", "GITHUB_ACTOR_ID": "5",
		"GITHUB_WORKFLOW_REF": "acme/shop/.github/workflows/gate.yml@refs/heads/main", "RUNNER_TEMP": dir,
		"INPUT_STAGES": "hardening", "INPUT_GITHUB-TOKEN": gh.Token,
	}}
}

func (s *step) run(t *testing.T) int {
	t.Helper()
	s.stdout.Reset()
	s.stderr.Reset()
	return cli.Main(t.Context(), cli.Env{
		Args: []string{"/assure"}, Stdin: strings.NewReader(""), Stdout: &s.stdout, Stderr: &s.stderr,
		LookupEnv: func(name string) (string, bool) { v, ok := s.env[name]; return v, ok },
		Now:       func() time.Time { return clock },
	})
}

func TestPullRequestIsCommentedAndUploaded(t *testing.T) {
	gh := githubtest.New(t)
	gh.Processing = []string{"complete"}
	s := pullRequest(t, gh)
	s.env["INPUT_FORMAT"] = "json" // no input: JSON would hand foreign text to the runner's log
	if code := s.run(t); code != 1 {
		t.Fatalf("exit code %d, want 1\n%s\n%s", code, &s.stdout, &s.stderr)
	}
	if strings.HasPrefix(s.stdout.String(), "{") {
		t.Error("the log holds JSON")
	}
	if len(gh.Comments) != 1 || !strings.Contains(gh.Comments[0].Body, "compose/privileged") || !strings.HasPrefix(gh.Comments[0].Body, "<!-- assure:summary v1 key=gate.yml:gate") {
		t.Errorf("comments: %+v", gh.Comments)
	}
	if len(gh.Uploads) != 1 || gh.Uploads[0].Ref != "refs/pull/7/merge" || gh.Uploads[0].SHA != s.env["GITHUB_SHA"] {
		t.Fatalf("uploads: %+v", gh.Uploads)
	}
	var log struct {
		Runs []struct {
			Results           []struct{ RuleID string }
			AutomationDetails struct{ ID string }
		}
	}
	if err := json.Unmarshal(gh.Uploads[0].Log, &log); err != nil {
		t.Fatal(err)
	}
	if len(log.Runs) != 1 || log.Runs[0].AutomationDetails.ID != "assure/hardening/" || len(log.Runs[0].Results) == 0 {
		t.Errorf("runs: %+v", log.Runs)
	}
	// The same result once more changes nothing on the pull request.
	s.run(t)
	if gh.Count("POST /repos/acme/shop/issues/7/comments") != 1 || len(gh.Comments) != 1 {
		t.Errorf("a second run wrote again: %v", gh.Requests)
	}
	if out, err := os.ReadFile(s.env["GITHUB_OUTPUT"]); err != nil || !strings.Contains(string(out), "fail") {
		t.Errorf("outputs: %s %v", out, err)
	}
}

// TestMissingPermissionsAreWarnings: what GitHub refuses never changes the verdict.
func TestMissingPermissionsAreWarnings(t *testing.T) {
	gh := githubtest.New(t)
	denied := githubtest.Fault{Status: 403, Body: `{"message": "Resource not accessible by integration"}`}
	for route := range map[string]bool{"GET comments": true, "POST comments": true, "POST sarifs": true} {
		gh.Fail(route, slices.Repeat([]githubtest.Fault{denied}, 9)...)
	}
	s := pullRequest(t, gh)
	if code := s.run(t); code != 1 {
		t.Errorf("exit code %d, want 1\n%s", code, &s.stderr)
	}
	for _, permission := range []string{"security-events: write", "pull-requests: write"} {
		if !strings.Contains(s.stdout.String(), permission) {
			t.Errorf("no warning names %q:\n%s", permission, &s.stdout)
		}
	}
}

// TestActionFileMatchesTheSettings keeps action.yml equal to what the program reads and
// writes.
func TestActionFileMatchesTheSettings(t *testing.T) {
	data, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var action struct {
		Description string
		Inputs      map[string]struct{ Description, Default string }
		Outputs     map[string]any
		Runs        map[string]any
		Branding    map[string]string
	}
	if err := yaml.Unmarshal(data, &action); err != nil {
		t.Fatal(err)
	}
	want := []string{"base", "config", "out"}
	for _, s := range config.Settings() {
		want = append(want, s.Name)
	}
	// The inputs of zaproxy/action-baseline, for workflows that come from there.
	want = append(want, "allow_issue_writing", "artifact_name", "cmd_options", "docker_name", "fail_action", "issue_title", "rules_file_name", "token")
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(action.Inputs))); diff != "" {
		t.Errorf("inputs (-settings +action.yml):\n%s", diff)
	}
	for name, in := range action.Inputs {
		if in.Description == "" || in.Default != "" && name != "github-token" {
			t.Errorf("input %s: description %q, default %q; defaults live in the program", name, in.Description, in.Default)
		}
	}
	for name := range action.Outputs {
		if !slices.Contains(github.Outputs(), name) {
			t.Errorf("output %s is never written", name)
		}
	}
	if len(action.Description) > 125 || action.Branding["icon"] == "" || action.Runs["args"] != nil {
		t.Errorf("the marketplace or the runner refuses it: %d characters, branding %v, args %v", len(action.Description), action.Branding, action.Runs["args"])
	}
}

// TestT30_ReportCommentsForAFork is the second half of the two-step flow: another workflow,
// which has the rights, publishes what the fork's run wrote.
func TestT30_ReportCommentsForAFork(t *testing.T) {
	gh := githubtest.New(t)
	s := pullRequest(t, gh)
	s.env["INPUT_GITHUB-TOKEN"] = "" // a fork's run has none that may write
	if code := s.run(t); code != 1 || len(gh.Requests) != 0 {
		t.Fatalf("exit code %d, requests %v\n%s", code, gh.Requests, &s.stderr)
	}
	tip := strings.Repeat("2", 40)
	gh.Pulls = []githubtest.Pull{{Number: 7, Head: "mallory:x", SHA: tip}}
	event := func(head string) {
		put(t, s.env["GITHUB_EVENT_PATH"], `{"workflow_run": {"id": 5, "event": "pull_request", "path": ".github/workflows/gate.yml", "conclusion": "failure", "head_sha": "`+
			head+`", "head_branch": "x", "head_repository": {"owner": {"login": "mallory"}}}}`)
	}
	s.env["GITHUB_EVENT_NAME"], s.env["INPUT_GITHUB-TOKEN"] = "workflow_run", gh.Token
	event(tip)
	if code := s.run(t); code != 0 {
		t.Fatalf("exit code %d\n%s\n%s", code, &s.stdout, &s.stderr)
	}
	if len(gh.Comments) != 1 || !strings.Contains(gh.Comments[0].Body, "compose/privileged") {
		t.Errorf("comments: %+v", gh.Comments)
	}
	for _, tt := range []struct {
		name, want string
		broken     func()
	}{
		{"head_has_moved", "0 open pull requests have the commit", func() { event(strings.Repeat("3", 40)) }},
		{"unknown_key", "markdown", func() { put(t, "assure-report/report.json", `{"schema": 1, "markdown": "# pass"}`) }},
		{"too_large", "bytes", func() { put(t, "assure-report/report.json", strings.Repeat(" ", 1<<20+1)) }},
		{"missing", "no such file", func() { os.RemoveAll("assure-report") }},
		{"other_event", "pull_request_target", func() { s.env["GITHUB_EVENT_NAME"] = "pull_request_target" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := len(gh.Comments)
			event(tip)
			tt.broken()
			if code := s.run(t); code != 2 || len(gh.Comments) != before || !strings.Contains(s.stderr.String(), tt.want) {
				t.Errorf("exit code %d, comments %d, want %q\n%s", code, len(gh.Comments), tt.want, &s.stderr)
			}
		})
	}
}

// TestSecretsAreHidden: the runner is asked to mask what only the action knows, and no output
// repeats a secret, though the repository does.
func TestSecretsAreHidden(t *testing.T) {
	gh := githubtest.New(t)
	gh.Processing, gh.Token = []string{"complete"}, "ghs-0123456789abcdef"
	s := pullRequest(t, gh)
	registry, header, key := "registry-0123456789abcdef", "header-0123456789abcdef", "zapkey-0123456789abcdef"
	s.env["INPUT_REGISTRY-AUTH"], s.env["INPUT_AUTH-VALUE"], s.env["INPUT_ZAP-KEY"] = "registry.example user "+registry, header, key
	secrets, text := []string{gh.Token, registry, header, key}, "services:\n"
	for _, secret := range secrets {
		text += "  " + secret + ": {image: nginx:1.27.0, privileged: true}\n"
	}
	put(t, "compose.yaml", text)
	if code := s.run(t); code != 1 || len(gh.Comments) != 1 {
		t.Fatalf("exit code %d, comments %+v\n%s%s", code, gh.Comments, &s.stdout, &s.stderr)
	}
	log := s.stdout.String()
	for _, secret := range secrets[1:] {
		mask := "::add-mask::" + secret + "\n"
		if !strings.Contains(log, mask) {
			t.Errorf("%s is not masked", secret)
		}
		log = strings.ReplaceAll(log, mask, "")
	}
	outputs := map[string]string{"log": log, "stderr": s.stderr.String(), "comment": gh.Comments[0].Body}
	for _, name := range []string{"assure-report/report.json", "assure-report/assure.sarif", "assure-report/summary.md", s.env["GITHUB_STEP_SUMMARY"]} {
		data, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(data), "compose/privileged") {
			t.Errorf("%s: %v, %d bytes", name, err, len(data))
		}
		outputs[name] = string(data)
	}
	for name, text := range outputs {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				_, rest, _ := strings.Cut(text, secret)
				t.Errorf("%s repeats %s before %.80q", name, secret, rest)
			}
		}
	}
}
