package harness_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/harness"
	"github.com/stella-ops/assure/internal/harness/enginetest"
)

// root is the module's directory.
const root = "../.."

// made undoes what was made once for all tests.
var made []func()

// program builds the program once for all tests.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "assure-e2e-")
	if err != nil {
		return "", err
	}
	made = append(made, func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "assure")
	cmd := exec.Command("go", "build", "-o", path, "./cmd/assure")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	for _, undo := range made {
		undo()
	}
	os.Exit(code)
}

func start(t *testing.T, project string) *harness.Harness {
	t.Helper()
	h, err := harness.Start(t.Context(), harness.Options{Root: root, Project: project})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

// command is a run of the program on the harness's project.
func command(t *testing.T, h *harness.Harness, args ...string) *exec.Cmd {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, append(args, h.Arguments()...)...)
	cmd.Env = h.Environ(os.Environ())
	cmd.Stderr = &bytes.Buffer{}
	return cmd
}

// result is what the tests read of report.json.
type result struct {
	Verdict  string `json:"verdict"`
	Stages   []struct{ Name, State, Reason string }
	Rules    []struct{ ID string }
	Counts   map[string]int
	Findings []struct {
		Stage, Rule, Severity, Subject, Message string
		Location                                struct {
			URI    string
			Region struct {
				StartLine   int `json:"start_line"`
				StartColumn int `json:"start_column"`
			}
		}
	}
	Controls []struct{ ID, State string }
	Database *struct{ Digest string }
}

func run(t *testing.T, h *harness.Harness, code int, args ...string) result {
	t.Helper()
	cmd := command(t, h, append([]string{"run", h.Project, "--format", "json"}, args...)...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("exit code %d, want %d\n%s\n%s", got, code, cmd.Stderr, clip(out))
	}
	var r result
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("read report: %v\n%s\n%s", err, cmd.Stderr, clip(out))
	}
	return r
}

func clip(out []byte) string { return string(out[:min(len(out), 4000)]) }

func (r result) states() map[string]string {
	m := map[string]string{}
	for _, s := range r.Stages {
		m[s.Name] = strings.TrimSpace(s.State + " " + s.Reason)
	}
	return m
}

func (r result) fired(prefix string) []string {
	var ids []string
	for _, f := range r.Findings {
		if strings.HasPrefix(f.Rule, prefix) && !slices.Contains(ids, f.Rule) {
			ids = append(ids, f.Rule)
		}
	}
	slices.Sort(ids)
	return ids
}

// runLabel is what a run marks everything with.
const runLabel = "dev.assure.run"

// traces lists what a run has on the engine. Its id may be cut short.
func traces(t *testing.T, id string) string {
	t.Helper()
	var all []string
	for _, args := range [][]string{{"ps", "--all"}, {"network", "ls"}, {"volume", "ls"}} {
		args = append(args, "--filter", "label="+runLabel, "--format", `{{.Label "`+runLabel+`"}} `+args[0]+` {{json .}}`)
		out, err := exec.CommandContext(t.Context(), "docker", args...).Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			if strings.HasPrefix(line, id) {
				all = append(all, line)
			}
		}
	}
	return strings.Join(all, "; ")
}

// starts tells of containers that start for a project: each time the id of the run.
func starts(t *testing.T, project string) <-chan string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "docker", "events", "--since", "1", "--filter", "event=start",
		"--filter", "label=com.docker.compose.project.working_dir="+project, "--format", `{{index .Actor.Attributes "`+runLabel+`"}}`)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ids := make(chan string, 100)
	go func() {
		defer close(ids)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			ids <- lines.Text()
		}
		_ = cmd.Wait()
	}()
	return ids
}

// TestVulnerableFailsInEveryStage is the main job: all four stages find what is wrong.
func TestVulnerableFailsInEveryStage(t *testing.T) {
	enginetest.Need(t)
	h := start(t, "vulnerable")
	started := starts(t, h.Project)
	out := filepath.Join(t.TempDir(), "report")
	r := run(t, h, 1, "--out", out)
	if diff := cmp.Diff(map[string]string{"deps": "findings", "hardening": "findings", "images": "findings", "dast": "findings"}, r.states()); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	if r.Verdict != "fail" || r.Database == nil || !strings.HasPrefix(r.Database.Digest, "sha256:") {
		t.Errorf("verdict %q, database %v", r.Verdict, r.Database)
	}
	for _, want := range []string{
		"CVE-2023-45288", "CVE-2021-23337", "CVE-2020-28493",
		"image/unsigned", "image/latest", "image/not-found", "image/placeholder",
		"probe/trace", "probe/bearer-token", "probe/run-as-root", "probe/writable-root", "probe/capabilities",
		"probe/no-new-privileges", "probe/store-exposed", "probe/store-auth", "probe/tls-version",
		"probe/rate-limit", "probe/metrics", "probe/store-commands", "probe/store-memory", "probe/limits",
		"zap/10020", "zap/10021", "zap/10036", "zap/10038", "zap/10054",
	} {
		if len(r.fired(want)) == 0 {
			t.Errorf("%s did not fire", want)
		}
	}
	for _, f := range r.Findings {
		if _, err := os.Stat(filepath.Join(h.Project, f.Location.URI)); err != nil || f.Location.Region.StartLine == 0 {
			t.Errorf("%s stands nowhere: %+v", f.Rule, f.Location)
		}
	}
	for _, name := range []string{"assure.sarif", "report.json", "summary.md", "report.html", "zap/report_json.json", "zap/report_md.md", "zap/report_html.html"} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s is missing or empty: %v", name, err)
		}
	}
	if r.states()["dast"] != "findings" {
		t.Fatal("no stack was started")
	}
	if ids := traces(t, <-started); ids != "" {
		t.Errorf("left on the engine: %s", ids)
	}
}

// TestHardenedPasses proves that the guide can be met: no rule fires, every probe of
// the running stack passes. ZAP's 10049 says of every page how it may be stored.
func TestHardenedPasses(t *testing.T) {
	enginetest.Need(t)
	r := run(t, start(t, "hardened"), 0)
	if r.Verdict != "pass" {
		t.Errorf("verdict %q", r.Verdict)
	}
	for _, f := range r.Findings {
		if f.Rule == "zap/10049" && f.Severity == "info" {
			continue // ZAP says of every answer whether it can be stored
		}
		t.Errorf("%s:%d:%d: %s %s: %s", f.Location.URI, f.Location.Region.StartLine, f.Location.Region.StartColumn, f.Severity, f.Rule, f.Message)
	}
	if diff := cmp.Diff(map[string]string{"deps": "passed", "hardening": "passed", "images": "passed", "dast": "findings"}, r.states()); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	states := map[string]string{}
	for _, c := range r.Controls {
		states[c.ID] = c.State
	}
	for _, id := range []string{"SHG-3.03", "SHG-3.04", "SHG-3.05", "SHG-3.09", "SHG-4.01", "SHG-4.05", "SHG-4.08", "SHG-4.09", "SHG-6.01", "SHG-7.12", "SHG-7.30"} {
		if states[id] != "satisfied" {
			t.Errorf("control %s is %s", id, states[id])
		}
	}
}

// TestInterruptLeavesPartialResultsAndACleanHost interrupts a run while its stack is up.
func TestInterruptLeavesPartialResultsAndACleanHost(t *testing.T) {
	enginetest.Need(t)
	h := start(t, "hardened")
	b := begin(t, h)
	if err := b.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	b.wait()
	if code := b.cmd.ProcessState.ExitCode(); code != 2 {
		t.Errorf("exit code %d, want 2\n%s", code, b.stderr())
	}
	var r result
	if err := json.Unmarshal(b.stdout.Bytes(), &r); err != nil {
		t.Fatalf("no partial report: %v\n%s", err, b.stderr())
	}
	if got := r.states()["hardening"]; got != "passed" {
		t.Errorf("hardening had finished and is %q", got)
	}
	if got := r.states()["dast"]; !strings.HasPrefix(got, "error") {
		t.Errorf("dast was interrupted and is %q", got)
	}
	// After an interrupt there is little time: on a busy machine the run may say what is
	// left to do instead.
	if rest := "assure clean --run " + b.id; strings.Contains(r.states()["dast"], rest) {
		clean(t, b.cmd, "--run", b.id)
	}
	if ids := traces(t, b.id); ids != "" {
		t.Errorf("left on the engine: %s", ids)
	}
}

// TestCleanRemovesWhatAKilledRunLeft kills a run, which can then clean nothing itself.
func TestCleanRemovesWhatAKilledRunLeft(t *testing.T) {
	enginetest.Need(t)
	h := start(t, "hardened")
	b := begin(t, h)
	if out := clean(t, b.cmd); !strings.Contains(out, "left run "+b.id+" alone, which goes on") {
		t.Errorf("clean said of a run that goes on: %s", out)
	}
	if err := b.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	b.wait()
	if traces(t, b.id) == "" {
		t.Fatal("the killed run left nothing; the test proves nothing")
	}
	clean(t, b.cmd)
	if ids := traces(t, b.id); ids != "" {
		t.Errorf("left on the engine: %s", ids)
	}
}

// clean runs the command as the run's own user would.
func clean(t *testing.T, run *exec.Cmd, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), run.Path, append([]string{"clean"}, args...)...)
	cmd.Env = run.Env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("clean: %v\n%s", err, out)
	}
	return string(out)
}

// begun is a run whose stack is up.
type begun struct {
	cmd    *exec.Cmd
	id     string
	stdout bytes.Buffer
	said   *listener
	ended  chan error
}

func (b *begun) wait()          { <-b.ended }
func (b *begun) stderr() string { return b.said.String() }

// begin starts a run and waits until all containers of its stack have started, so that
// no request to the engine is under way, and its other stages have ended.
func begin(t *testing.T, h *harness.Harness) *begun {
	t.Helper()
	started := starts(t, h.Project)
	b := &begun{cmd: command(t, h, "run", h.Project, "--format", "json"), said: listen("deps: ", "hardening: ", "images: "), ended: make(chan error, 1)}
	b.cmd.Env = append(b.cmd.Env, "XDG_CACHE_HOME="+t.TempDir())
	b.cmd.Stdout, b.cmd.Stderr = &b.stdout, b.said
	if err := b.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { b.ended <- b.cmd.Wait(); close(b.ended) }()
	for range services(t, h.Project) {
		select {
		case b.id = <-started:
		case err := <-b.ended:
			t.Fatalf("the run ended early: %v\n%s", err, b.stderr())
		}
	}
	select {
	case <-b.said.all:
	case err := <-b.ended:
		t.Fatalf("the run ended early: %v\n%s", err, b.stderr())
	}
	return b
}

// services is the number of containers that a project starts.
func services(t *testing.T, project string) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(project, "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var model struct{ Services map[string]any }
	if err := yaml.Unmarshal(data, &model); err != nil || len(model.Services) == 0 {
		t.Fatalf("%d services: %v", len(model.Services), err)
	}
	return len(model.Services)
}

// listener keeps what is written to it, and closes all when that tells the end of every
// stage that it listens for.
type listener struct {
	mu    sync.Mutex
	text  bytes.Buffer
	words []string
	all   chan struct{}
}

func listen(words ...string) *listener { return &listener{words: words, all: make(chan struct{})} }

func (l *listener) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.words)
	l.text.Write(p)
	l.words = slices.DeleteFunc(l.words, func(w string) bool {
		return strings.Contains(l.text.String(), w+"passed") || strings.Contains(l.text.String(), w+"findings")
	})
	if n > 0 && len(l.words) == 0 {
		close(l.all)
	}
	return len(p), nil
}

func (l *listener) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// TestFullDiskLosesNoVerdict gives --out a file system that is too small.
func TestFullDiskLosesNoVerdict(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=16k"); err != nil {
		t.Skipf("mount a small file system: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, 0) })
	h := start(t, "vulnerable")
	cmd := command(t, h, "run", h.Project, "--stages", "hardening", "--out", filepath.Join(dir, "report"))
	out, _ := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code != 2 {
		t.Errorf("exit code %d, want 2", code)
	}
	if text := cmd.Stderr.(*bytes.Buffer).String(); !strings.Contains(text, "no space left on device") {
		t.Errorf("the message does not say why: %s", text)
	}
	if !strings.Contains(string(out), "compose/privileged") {
		t.Error("the findings are lost although standard output could be written")
	}
	for _, name := range []string{"assure.sarif", "report.json"} {
		data, err := os.ReadFile(filepath.Join(dir, "report", name))
		if err == nil && !json.Valid(data) {
			t.Errorf("half of %s was left", name)
		}
	}
}
