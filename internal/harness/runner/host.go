package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Host runs workflows as they are printed, without an engine: the action's program is
// started where the job works.
type Host struct {
	// Dir receives what jobs leave and must be empty; Origin is the repository's directory.
	Dir, Origin string
	// Program is what the action starts, Action its file.
	Program string
	Action  Action
	// Uses names the action, as workflows do.
	Uses string
	// Env are variables beyond those that follow from the delivery.
	Env map[string]string
}

// Outcome is what a job of a workflow left.
type Outcome struct {
	// Workspace is the directory in which the job worked.
	Workspace string
	// Code is the exit code of the action, -1 when it did not run.
	Code int
	// Log is what it printed.
	Log string
	// Failed is true when a step failed.
	Failed bool
}

// Run runs every job whose condition holds, in the order of their names.
func (h Host) Run(ctx context.Context, w Workflow, d Delivery) (all []Outcome, err error) {
	for _, name := range slices.Sorted(maps.Keys(w.Jobs)) {
		job := w.Jobs[name]
		runs, err := holds(d, job.If, false)
		if err != nil {
			return all, err
		}
		if !runs {
			continue
		}
		o, err := h.job(ctx, name, job, d)
		if err != nil {
			return all, fmt.Errorf("job %s: %w", name, err)
		}
		all = append(all, o)
	}
	return all, nil
}

func (h Host) job(ctx context.Context, name string, job WorkflowJob, d Delivery) (Outcome, error) {
	o := Outcome{Code: -1}
	var err error
	if o.Workspace, err = os.MkdirTemp(h.Dir, "job-"); err != nil {
		return o, err
	}
	for _, s := range job.Steps {
		runs, err := holds(d, s.If, o.Failed)
		if err != nil {
			return o, err
		}
		if !runs {
			continue
		}
		if err := h.step(ctx, name, s, d, &o); err != nil {
			return o, fmt.Errorf("%s: %w", s.Uses, err)
		}
	}
	return o, nil
}

func (h Host) step(ctx context.Context, job string, s Step, d Delivery, o *Outcome) error {
	with := map[string]string{}
	for name, text := range s.With {
		with[name] = expand(d, text)
	}
	uses, _, _ := strings.Cut(s.Uses, "@")
	switch uses {
	case h.Uses:
		return h.start(ctx, job, with, d, o)
	case "actions/checkout":
		return h.checkout(ctx, with, d, o.Workspace)
	case "actions/upload-artifact":
		return copyDir(filepath.Join(o.Workspace, with["path"]), h.artifact(h.Env["GITHUB_RUN_ID"], with["name"]))
	case "actions/download-artifact":
		return copyDir(h.artifact(with["run-id"], with["name"]), filepath.Join(o.Workspace, with["path"]))
	default:
		return fmt.Errorf("the runner does not know this action")
	}
}

// artifact is where an artifact of a run is kept. Without a name it has the one that the
// upload gives it.
func (h Host) artifact(run, name string) string {
	if name == "" {
		name = "artifact"
	}
	return filepath.Join(h.Dir, "artifacts", run, name)
}

func copyDir(from, to string) error { return os.CopyFS(to, os.DirFS(from)) }

// checkout fetches and checks out what actions/checkout does.
func (h Host) checkout(ctx context.Context, with map[string]string, d Delivery, dir string) error {
	depth := with["fetch-depth"]
	if depth == "" {
		depth = "1"
	}
	kept := "refs/remotes/" + strings.TrimPrefix(strings.Replace(d.Ref, "refs/heads/", "refs/origin/", 1), "refs/")
	out := []string{"checkout", "-q", "--detach", kept}
	if branch, ok := strings.CutPrefix(d.Ref, "refs/heads/"); ok {
		out = []string{"checkout", "-q", "-B", branch, kept}
	}
	fetch := []string{"fetch", "-q", "--no-tags", "--depth=" + depth, "origin", "+" + d.SHA + ":" + kept}
	if depth == "0" {
		fetch = []string{"fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*", "+" + d.SHA + ":" + kept}
	}
	for _, args := range [][]string{{"init", "-q"}, {"remote", "add", "origin", "file://" + h.Origin}, fetch, out} {
		cmd := exec.CommandContext(ctx, "git", args...) //nolint:gosec // a test's own command line
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + h.Dir, "GIT_CONFIG_NOSYSTEM=1"}
		if text, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w\n%s", strings.Join(args, " "), err, text)
		}
	}
	return nil
}

// start runs the action's program and fails the job when it fails.
func (h Host) start(ctx context.Context, job string, with map[string]string, d Delivery, o *Outcome) error {
	env, err := h.environment(job, with, d)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, h.Program) //nolint:gosec // a test's own program
	cmd.Dir, cmd.Env = o.Workspace, pairs(env)
	text, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		return err
	}
	o.Code, o.Log, o.Failed = cmd.ProcessState.ExitCode(), string(text), err != nil
	return nil
}

func (h Host) environment(job string, with map[string]string, d Delivery) (map[string]string, error) {
	temp, err := os.MkdirTemp(h.Dir, "temp-")
	if err != nil {
		return nil, err
	}
	payload, err := json.Marshal(d.Payload)
	if err != nil {
		return nil, err
	}
	env := map[string]string{
		"HOME": temp, "PATH": os.Getenv("PATH"), "CI": "true", "GITHUB_ACTIONS": "true", "RUNNER_TEMP": temp, "RUNNER_OS": "Linux", "RUNNER_ENVIRONMENT": "github-hosted",
		"GITHUB_EVENT_NAME": d.Event, "GITHUB_REF": d.Ref, "GITHUB_SHA": d.SHA, "GITHUB_JOB": job, "GITHUB_EVENT_PATH": filepath.Join(temp, "event.json"),
	}
	maps.Copy(env, Job{With: with}.inputs(h.Action))
	files := map[string][]byte{"event.json": payload}
	for _, name := range fileCommands {
		env[name], files[name] = filepath.Join(temp, name), nil
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(temp, name), data, 0o600); err != nil {
			return nil, err
		}
	}
	maps.Copy(env, h.Env)
	return env, nil
}
