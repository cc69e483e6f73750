package harness_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/github/githubtest"
	"github.com/stella-ops/assure/internal/harness/runner"
)

// readme are the workflows that the README prints, in order.
func readme(t *testing.T) (all []runner.Workflow) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?ms)^```yaml\n(.*?)^```").FindAllSubmatch(text, -1) {
		if w, err := runner.ReadWorkflow(block[1]); err == nil && len(w.Jobs) > 0 {
			all = append(all, w)
		}
	}
	if len(all) != 2 {
		t.Fatalf("the README prints %d workflows", len(all))
	}
	return all
}

// upstream is a repository on GitHub with a pull request of three commits, a merge queue
// and a main to which two commits were pushed.
type upstream struct{ dir string }

func (u upstream) git(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir = u.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + u.dir, "GIT_CONFIG_NOSYSTEM=1"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (u upstream) save(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(u.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	u.git(t, "add", "-A")
	u.git(t, "commit", "-qm", name)
}

const (
	mergeRef = "refs/pull/7/merge"
	queueRef = "refs/heads/gh-readonly-queue/main/pr-7"
)

func newUpstream(t *testing.T) upstream {
	t.Helper()
	const clean = "services:\n  web:\n    image: nginx:1.27.0\n"
	u := upstream{t.TempDir()}
	u.git(t, "init", "-q")
	u.git(t, "config", "uploadpack.allowAnySHA1InWant", "true")
	u.save(t, "compose.yaml", clean)
	u.save(t, ".assure.yml", "stages: [hardening]\nfail-on-severity: critical\n")
	u.git(t, "checkout", "-qb", "change")
	u.save(t, "a", "a")
	u.save(t, "b", "b")
	u.save(t, "compose.yaml", clean+"    privileged: true\n")
	u.git(t, "checkout", "-q", "main")
	u.save(t, "c", "c")
	u.save(t, "d", "d")
	for _, ref := range []string{mergeRef, queueRef} {
		u.git(t, "checkout", "-q", "--detach", "main")
		u.git(t, "merge", "-q", "--no-ff", "-m", "merge", "change")
		u.git(t, "update-ref", ref, "HEAD")
	}
	u.git(t, "checkout", "-q", "main")
	return u
}

// deliver is an event of this repository, of one type.
func (u upstream) deliver(t *testing.T, event, action string) runner.Delivery {
	t.Helper()
	repo := map[string]any{"id": 1, "full_name": "acme/shop", "default_branch": "main"}
	main, tip := u.git(t, "rev-parse", "main"), u.git(t, "rev-parse", "change")
	d := runner.Delivery{Event: event, Ref: "refs/heads/main", SHA: main, Payload: map[string]any{"repository": repo}}
	if action != "" {
		d.Payload["action"] = action
	}
	switch event {
	case "pull_request":
		d.Ref, d.SHA = mergeRef, u.git(t, "rev-parse", mergeRef)
		d.Payload["changes"] = map[string]any{"base": map[string]any{}}
		d.Payload["pull_request"] = map[string]any{"number": 7, "base": map[string]any{"sha": main, "repo": repo}, "head": map[string]any{"sha": tip, "repo": repo}}
	case "merge_group":
		d.Ref, d.SHA = queueRef, u.git(t, "rev-parse", queueRef)
		d.Payload["merge_group"] = map[string]any{"base_sha": main, "head_sha": d.SHA}
	case "push":
		d.Payload["before"], d.Payload["after"] = u.git(t, "rev-parse", "main~2"), main
	case "schedule":
	case "workflow_run":
		d.Payload["workflow"] = map[string]any{"name": "assure"}
		d.Payload["workflow_run"] = map[string]any{"id": 1, "event": "pull_request", "path": ".github/workflows/assure.yml", "conclusion": "failure", "head_sha": tip, "head_branch": "change", "head_repository": map[string]any{"owner": map[string]any{"login": "mallory"}}}
	default:
		t.Fatalf("the README names the event %s, which is not tried", event)
	}
	return d
}

// host runs workflows against a GitHub of the test's own.
func host(t *testing.T, u upstream, gh *githubtest.Server) runner.Host {
	t.Helper()
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	if bin, err = filepath.Abs(bin); err != nil {
		t.Fatal(err)
	}
	a, err := runner.ReadAction(filepath.Join(root, "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	return runner.Host{Dir: t.TempDir(), Origin: u.dir, Program: bin, Action: a, Uses: "stella-ops/assure", Env: map[string]string{
		"GITHUB_REPOSITORY": "acme/shop", "GITHUB_API_URL": gh.URL, "GITHUB_GRAPHQL_URL": gh.URL + "/graphql", "GITHUB_SERVER_URL": "https://github.example",
		"GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_ACTOR_ID": "5", "GITHUB_WORKFLOW_REF": "acme/shop/.github/workflows/assure.yml@" + "refs/heads/main",
	}}
}

// TestTheWorkflowsOfTheREADME runs both as they are printed, on every event and type that
// they name: the gate has a verdict and a baseline, a change that runs privileged fails, and
// main passes; what the first one leaves, the second one comments.
func TestTheWorkflowsOfTheREADME(t *testing.T) {
	both, u := readme(t), newUpstream(t)
	gh := githubtest.New(t)
	gh.Token, gh.Processing = "job-token-canary", []string{"complete"}
	n := 0
	for event := range both[0].On {
		for _, action := range both[0].Types(event) {
			n++
			d, h := u.deliver(t, event, action), host(t, u, gh)
			gate(t, h, both[0], d)
			if event != "pull_request" {
				continue
			}
			gh.Comments, gh.Pulls = nil, []githubtest.Pull{{Number: 7, Head: "mallory:change", SHA: u.git(t, "rev-parse", "change")}}
			comment(t, h, both[1], u.deliver(t, "workflow_run", "completed"))
			if len(gh.Comments) != 1 || !strings.Contains(gh.Comments[0].Body, "compose/privileged") {
				t.Errorf("%s %s: comments %+v", event, action, gh.Comments)
			}
		}
	}
	if n < 7 {
		t.Errorf("%d deliveries", n)
	}
}

func workflow(t *testing.T, h runner.Host, w runner.Workflow, d runner.Delivery) runner.Outcome {
	t.Helper()
	if !w.Starts(d) {
		t.Fatalf("%s %v does not start the workflow", d.Event, d.Payload["action"])
	}
	all, err := h.Run(t.Context(), w, d)
	if err != nil || len(all) != 1 {
		t.Fatalf("%s: %d jobs, %v", d.Event, len(all), err)
	}
	return all[0]
}

// gate runs the first workflow.
func gate(t *testing.T, h runner.Host, w runner.Workflow, d runner.Delivery) {
	t.Helper()
	o, proposal := workflow(t, h, w, d), slices.Contains([]string{"pull_request", "merge_group"}, d.Event)
	if o.Failed != proposal || o.Code != map[bool]int{true: 1}[proposal] {
		t.Errorf("%s: exit code %d\n%s", d.Event, o.Code, o.Log)
	}
	var r struct {
		Target struct{ Trust, Policy string }
		Gate   struct {
			Baseline string `json:"baseline_reason"`
		}
	}
	data, err := os.ReadFile(filepath.Join(o.Workspace, "assure-report", "report.json"))
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil || r.Gate.Baseline != "" || r.Target.Policy == "built-in" || (r.Target.Trust == "proposal") != proposal {
		t.Errorf("%s: %+v, %v", d.Event, r, err)
	}
}

// comment runs the second workflow, which looks at no code and fails for no finding.
func comment(t *testing.T, h runner.Host, w runner.Workflow, d runner.Delivery) {
	t.Helper()
	if o := workflow(t, h, w, d); o.Code != 0 || o.Failed {
		t.Errorf("exit code %d\n%s", o.Code, o.Log)
	}
	d.Payload["workflow_run"].(map[string]any)["event"] = "push"
	if all, err := h.Run(t.Context(), w, d); err != nil || len(all) > 0 {
		t.Errorf("it commented on a push: %v, %v", all, err)
	}
}
