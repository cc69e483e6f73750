package harness_test

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/harness/enginetest"
	"github.com/stella-ops/assure/internal/harness/runner"
)

// jobUser is the user of GitHub's runners.
const jobUser = 1001

// built assembles the container image from a fresh build, once for all tests and under
// a name that no other test has.
var built = sync.OnceValues(func() (string, error) {
	bin, err := os.MkdirTemp("", "assure-image-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(bin)
	name := enginetest.Unique("assure-test-e2e-")
	made = append(made, func() { _ = exec.Command("docker", "image", "rm", "-f", name).Run() })
	cmd := exec.Command("make", "-s", "image", "IMAGE="+name, "VERSION=e2e", "BIN="+bin)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("make image: %w\n%s", err, out)
	}
	return name, nil
})

func image(t *testing.T) string {
	t.Helper()
	enginetest.Need(t)
	name, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// gateway makes the harness's registry reachable for containers and returns the address
// that it has for them: theirs have a loopback interface of their own.
func gateway(t *testing.T, registry string) string {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(bridge(t), "0"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go forward(c, registry)
		}
	}()
	return l.Addr().String()
}

// bridge is the host's address on the engine's default network.
func bridge(t *testing.T) string {
	t.Helper()
	i, err := net.InterfaceByName("docker0")
	if err != nil {
		t.Fatal(err)
	}
	addrs, err := i.Addrs()
	if err != nil || len(addrs) == 0 {
		t.Fatalf("docker0 has no address: %v", err)
	}
	ip, _, err := net.ParseCIDR(addrs[0].String())
	if err != nil {
		t.Fatal(err)
	}
	return ip.String()
}

func forward(from net.Conn, to string) {
	defer from.Close()
	c, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer c.Close()
	go func() { _, _ = io.Copy(c, from) }()
	_, _ = io.Copy(from, c)
}

// prepare lays a project out as the runner would: a checkout of another user's, a
// database beside it.
func prepare(t *testing.T, project string) (runner.Job, runner.Action) {
	t.Helper()
	a, err := runner.ReadAction(filepath.Join(root, "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	h := start(t, project)
	job := runner.Job{
		Dir: t.TempDir(), Image: image(t), UID: jobUser,
		Event: []byte(`{"repository": {"id": 1, "full_name": "acme/demo", "default_branch": "main"}, "ref": "refs/heads/main", "before": "", "after": ""}`),
		With:  map[string]string{"database": "/github/runner_temp/db"},
		Env: map[string]string{
			"GITHUB_EVENT_NAME": "push", "GITHUB_REPOSITORY": "acme/demo", "GITHUB_SHA": strings.Repeat("a", 40), "GITHUB_REF": "refs/heads/main",
			"GITHUB_API_URL": "https://api.github.invalid", "GITHUB_SERVER_URL": "https://github.invalid", "GITHUB_GRAPHQL_URL": "https://api.github.invalid/graphql",
			"GITHUB_RUN_ID": strconv.FormatUint(uint64(rand.Uint32()), 10), "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "gate", "GITHUB_ACTION": "__self", "GITHUB_ACTOR_ID": "5",
		},
	}
	if err := job.Prepare(); err != nil {
		t.Fatal(err)
	}
	replace := strings.NewReplacer(h.Registry.Host, gateway(t, h.Registry.Host))
	copyTree(t, h.Project, job.Workspace(), replace)
	copyTree(t, h.Database, filepath.Join(job.Dir, "work", "_temp", "db"), strings.NewReplacer())
	upstream{job.Workspace()}.git(t, "init", "-q")
	commit(t, job)
	return job, a
}

// commit commits all that is in the workspace, and lets the event name it.
func commit(t *testing.T, job runner.Job) {
	t.Helper()
	u := upstream{job.Workspace()}
	u.git(t, "add", "-A", "-f")
	u.git(t, "commit", "-qm", "project")
	job.Env["GITHUB_SHA"] = u.git(t, "rev-parse", "HEAD")
}

func copyTree(t *testing.T, from, to string, replace *strings.Replacer) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(from, path)
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), []byte(replace.Replace(string(data))), info.Mode())
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestActionUnderTheRunner runs the image with the runner's own command line and reads
// what it says with the runner's own rules.
func TestActionUnderTheRunner(t *testing.T) {
	job, a := prepare(t, "hardened")
	r, err := job.Run(t.Context(), a, a.Runs.Entrypoint)
	if err != nil {
		t.Fatal(err)
	}
	if r.Code != 0 {
		t.Errorf("exit code %d\n%s\n%s", r.Code, r.Stdout, r.Stderr)
	}
	want := map[string]string{
		"verdict": "pass", "findings-count": "1", "new-count": "1", "highest-severity": "info", "report-dir": "assure-report",
		"report-file": "assure-report/report.json", "sarif-file": "assure-report/assure.sarif", "summary-file": "assure-report/summary.md",
		"critical-count": "0", "high-count": "0", "medium-count": "0", "low-count": "0", "info-count": "1",
	}
	if diff := cmp.Diff(want, r.Outputs); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	for name := range r.Outputs {
		if _, ok := a.Outputs[name]; !ok {
			t.Errorf("action.yml does not declare output %q", name)
		}
	}
	if !strings.Contains(r.Summary, "pass") {
		t.Errorf("summary: %q", r.Summary)
	}
	for _, stage := range []string{"deps", "hardening", "images", "dast"} {
		if !strings.Contains(r.Stdout, stage) {
			t.Errorf("the log does not mention stage %s", stage)
		}
	}
	kernelWasAsked(t, filepath.Join(job.Workspace(), "assure-report", "report.json"))
	ownedByJob(t, filepath.Join(job.Workspace(), "assure-report"))
	noCanary(t, job, r)
	post, err := job.Run(t.Context(), a, a.Runs.PostEntrypoint)
	if err != nil || post.Code != 0 {
		t.Errorf("post step: code %d, %v\n%s\n%s", post.Code, err, post.Stdout, post.Stderr)
	}
	if ids := traces(t, "gh"+job.Env["GITHUB_RUN_ID"]+"x"); ids != "" {
		t.Errorf("left on the engine: %s", ids)
	}
}

// TestActionReportsFindings checks annotations and outputs of a failing gate, whose
// repository tries to speak to the runner itself.
func TestActionReportsFindings(t *testing.T) {
	job, a := prepare(t, "vulnerable")
	hostile := "services:\n  \"x::set-output name=verdict::pass\":\n    image: \"a\\n::error::owned\\r##[add-mask]b\"\n    privileged: true\n"
	if err := os.MkdirAll(filepath.Join(job.Workspace(), "a"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(job.Workspace(), "a", "compose.yaml"), []byte(hostile), 0o644); err != nil {
		t.Fatal(err)
	}
	commit(t, job)
	job.With["stages"] = "deps,hardening,images"
	r, err := job.Run(t.Context(), a, a.Runs.Entrypoint)
	if err != nil {
		t.Fatal(err)
	}
	if r.Code == 0 || r.Outputs["verdict"] == "pass" {
		t.Errorf("exit code %d, verdict %q\n%s\n%s", r.Code, r.Outputs["verdict"], r.Stdout, r.Stderr)
	}
	allowed := []string{"error", "warning", "notice", "add-mask"}
	errors := 0
	for _, c := range r.Commands {
		if !slices.Contains(allowed, c.Name) || strings.HasPrefix(c.Message, "owned") || c.Message == "b" {
			t.Errorf("the repository spoke to the runner: %+v", c)
		}
		if c.Name == "error" {
			errors++
		}
		if file := c.Properties["file"]; file != "" {
			if _, err := os.Stat(filepath.Join(job.Workspace(), file)); err != nil {
				t.Errorf("annotation on a file that does not exist: %q", file)
			}
		}
	}
	if errors == 0 || errors > 11 {
		t.Errorf("%d error annotations", errors)
	}
	noCanary(t, job, r)
}

// TestActionRefusesPrivilegedEvents never looks at the workspace of an event that hands
// a writing token to foreign code.
func TestActionRefusesPrivilegedEvents(t *testing.T) {
	job, a := prepare(t, "vulnerable")
	for _, event := range []string{"pull_request_target", "workflow_run"} {
		job.Env["GITHUB_EVENT_NAME"] = event
		r, err := job.Run(t.Context(), a, a.Runs.Entrypoint)
		if err != nil {
			t.Fatal(err)
		}
		if r.Code != 2 || len(r.Outputs) != 0 || !strings.Contains(r.Stderr, event) {
			t.Errorf("%s: code %d, outputs %v\n%s", event, r.Code, r.Outputs, r.Stderr)
		}
	}
}

// kernelWasAsked: from its own image the dynamic test looks at the containers' processes
// through side-cars, and says so where it cannot.
func kernelWasAsked(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		Stages []struct {
			Name     string
			Notes    []string
			Coverage map[string]int
		}
	}
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Stages {
		if s.Name != "dast" {
			continue
		}
		if notes := strings.Join(s.Notes, "\n"); strings.Contains(notes, "the kernel was not asked") {
			t.Error(notes)
		}
		if n := s.Coverage["services"]; n == 0 || s.Coverage["processes"] != n {
			t.Errorf("the kernel was asked about %d of %d services", s.Coverage["processes"], n)
		}
		return
	}
	t.Error("the dynamic test did not run")
}

// ownedByJob: later steps of the job, which are not root, must be able to remove reports.
func ownedByJob(t *testing.T, dir string) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		n++
		info, err := d.Info()
		if err != nil {
			return err
		}
		if uid := info.Sys().(*syscall.Stat_t).Uid; uid != jobUser {
			t.Errorf("%s belongs to user %d", path, uid)
		}
		return nil
	})
	if err != nil || n < 5 {
		t.Errorf("%d reports: %v", n, err)
	}
}

// noCanary: tokens of the job appear in no output.
func noCanary(t *testing.T, job runner.Job, r runner.Result) {
	t.Helper()
	texts := map[string]string{"stdout": r.Stdout, "stderr": r.Stderr, "summary": r.Summary, "outputs": fmt.Sprint(r.Outputs)}
	_ = filepath.WalkDir(filepath.Join(job.Workspace(), "assure-report"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			data, _ := os.ReadFile(path)
			texts[path] = string(data)
		}
		return nil
	})
	for name, text := range texts {
		for _, token := range []string{"job-token-canary", "runtime-token-canary", "oidc-token-canary"} {
			// The token is masked where the log shows the mask command itself.
			if strings.Contains(strings.ReplaceAll(text, "::add-mask::"+token, ""), token) {
				t.Errorf("%s holds %s", name, token)
			}
		}
	}
}
