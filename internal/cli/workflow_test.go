package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// gate is what the first workflow of the README says.
type gate struct {
	On   map[string]any `yaml:"on"`
	Jobs map[string]struct {
		Steps []struct {
			Uses string
			With map[string]string
		}
	}
}

func readGate(t *testing.T) (g gate, depth string) {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?ms)^### In a workflow\n.*?^```yaml\n(.*?)^```").FindSubmatch(text)
	if block == nil {
		t.Fatal("the README shows no workflow")
	}
	if err := yaml.Unmarshal(block[1], &g); err != nil {
		t.Fatal(err)
	}
	for _, job := range g.Jobs {
		if len(job.Steps) == 2 && strings.HasPrefix(job.Steps[0].Uses, "actions/checkout@") && len(job.Steps[1].With) == 0 {
			depth = job.Steps[0].With["fetch-depth"]
		}
	}
	if _, err := strconv.Atoi(depth); err != nil {
		t.Fatalf("fetch-depth %q", depth)
	}
	return g, depth
}

// delivery is an event as GitHub delivers it: the ref and commit that it names, and the
// payload.
type delivery struct{ event, ref, sha, payload string }

// upstream is a repository on GitHub, with a pull request of three commits, a merge queue
// of two pull requests and pushes of several commits.
type upstream struct{ dir string }

func (u upstream) rev(t *testing.T, name string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", "rev-parse", "--verify", "-q", name)
	cmd.Dir = u.dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return strings.TrimSpace(string(out))
}

func newUpstream(t *testing.T) upstream {
	t.Helper()
	u := upstream{t.TempDir()}
	save := func(name, text string) {
		put(t, filepath.Join(u.dir, name), text)
		git(t, u.dir, "add", "-A")
		git(t, u.dir, "commit", "-qm", name)
	}
	git(t, u.dir, "init", "-q")
	git(t, u.dir, "config", "uploadpack.allowAnySHA1InWant", "true")
	save("compose.yaml", cleanCompose)
	save(".assure.yml", "fail-on-severity: critical\n")
	git(t, u.dir, "checkout", "-qb", "change")
	save("a", "a")
	save("b", "b")
	save("compose.yaml", privileged)
	git(t, u.dir, "checkout", "-qb", "old", "main")
	save("c", "c")
	save("d", "d")
	git(t, u.dir, "checkout", "-q", "main")
	git(t, u.dir, "merge", "-q", "--no-ff", "-m", "merge", "old")
	for _, ref := range []string{"refs/pull/7/merge", "refs/heads/gh-readonly-queue/main/pr-7"} {
		git(t, u.dir, "checkout", "-q", "--detach", "main")
		git(t, u.dir, "merge", "-q", "--no-ff", "-m", "merge", "change")
		git(t, u.dir, "update-ref", ref, "HEAD")
	}
	return u
}

// deliveries are all that the triggers of the workflow bring.
func (u upstream) deliveries(t *testing.T, on map[string]any) (all []delivery) {
	t.Helper()
	const repo = `"repository": {"id": 1, "default_branch": "main"}`
	base, tip, first := u.rev(t, "main"), u.rev(t, "change"), u.rev(t, "main~2")
	pull := fmt.Sprintf(`"pull_request": {"number": 7, "base": {"sha": %q, "ref": "main"}, "head": {"sha": %q, "repo": {"id": 1}}}`, base, tip)
	for event, filter := range on {
		switch event {
		case "pull_request":
			types, _ := filter.(map[string]any)["types"].([]any)
			for _, action := range types {
				all = append(all, delivery{event, "refs/pull/7/merge", u.rev(t, "refs/pull/7/merge"), fmt.Sprintf(`{"action": %q, "changes": {"base": {}}, %s, %s}`, action, pull, repo)})
			}
		case "merge_group":
			ref := "refs/heads/gh-readonly-queue/main/pr-7"
			all = append(all, delivery{event, ref, u.rev(t, ref), fmt.Sprintf(`{"merge_group": {"base_sha": %q, "head_sha": %q}, %s}`, base, u.rev(t, ref), repo)})
		case "push":
			for _, before := range []string{first, strings.Repeat("0", 40), strings.Repeat("9", 40)} {
				all = append(all, delivery{event, "refs/heads/main", base, fmt.Sprintf(`{"before": %q, "after": %q, %s}`, before, base, repo)})
			}
		case "schedule":
			all = append(all, delivery{event, "refs/heads/main", base, `{"schedule": "17 4 * * *", ` + repo + `}`})
		default:
			t.Errorf("the README names the event %s, which is not tried", event)
		}
	}
	return all
}

// TestTheWorkflowOfTheREADME: the workflow works as it is printed on every event that it
// names, without any help from the API: it has a verdict and reports, a change that runs
// privileged fails, and main passes.
func TestTheWorkflowOfTheREADME(t *testing.T) {
	g, depth := readGate(t)
	u := newUpstream(t)
	list := u.deliveries(t, g.On)
	if len(list) < 9 {
		t.Errorf("%d deliveries", len(list))
	}
	for _, d := range list {
		s, dir := u.step(t, d, depth)
		t.Chdir(dir)
		want := 0
		if d.event == "pull_request" || d.event == "merge_group" {
			want = 1
		}
		if code := s.run(t); code != want {
			t.Errorf("%s %s: exit code %d, want %d\n%s%s", d.event, d.payload, code, want, s.stdout.String(), s.stderr.String())
		}
		var r struct {
			Target struct{ Trust, Policy string }
			Gate   struct {
				Baseline string `json:"baseline_reason"`
			}
		}
		data, err := os.ReadFile("assure-report/report.json")
		if err == nil {
			err = json.Unmarshal(data, &r)
		}
		if err != nil || r.Gate.Baseline != "" || r.Target.Policy == "built-in" || (r.Target.Trust == "proposal") != (want == 1) {
			t.Errorf("%s: %+v, %v", d.event, r, err)
		}
	}
}

// step checks a delivery out as actions/checkout does.
func (u upstream) step(t *testing.T, d delivery, depth string) (*step, string) {
	t.Helper()
	top := t.TempDir()
	dir := filepath.Join(top, "repo")
	put(t, filepath.Join(top, "event.json"), d.payload)
	for _, name := range []string{"output", "summary", "temp/x"} {
		put(t, filepath.Join(top, name), "")
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	git(t, dir, "init", "-q")
	git(t, dir, "remote", "add", "origin", "file://"+u.dir)
	git(t, dir, "fetch", "-q", "--no-tags", "--depth="+depth, "origin", "+"+d.sha+":refs/remotes/"+strings.TrimPrefix(strings.Replace(d.ref, "refs/heads/", "origin/", 1), "refs/"))
	git(t, dir, "checkout", "-q", "--detach", d.sha)
	return &step{env: map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": top, "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": d.event, "GITHUB_REF": d.ref, "GITHUB_SHA": d.sha, "GITHUB_EVENT_PATH": filepath.Join(top, "event.json"),
		"GITHUB_REPOSITORY": "acme/shop", "GITHUB_API_URL": "https://api.github.invalid", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "assure", "GITHUB_ACTOR_ID": "5",
		"GITHUB_OUTPUT": filepath.Join(top, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(top, "summary"), "RUNNER_TEMP": filepath.Join(top, "temp"), "INPUT_STAGES": "hardening", "INPUT_OFFLINE": "true",
	}}, dir
}
