// Package runner starts a container action the way GitHub's runner does, and reads
// back what the action says with the runner's own parsing rules. It is an independent
// oracle for tests: it shares no code with the program.
package runner

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Action is what the runner reads of an action.yml.
type Action struct {
	Name   string `yaml:"name"`
	Inputs map[string]struct {
		Default     string `yaml:"default"`
		Description string `yaml:"description"`
	} `yaml:"inputs"`
	Outputs map[string]struct {
		Description string `yaml:"description"`
	} `yaml:"outputs"`
	Runs struct {
		Using          string   `yaml:"using"`
		Image          string   `yaml:"image"`
		Entrypoint     string   `yaml:"entrypoint"`
		PostEntrypoint string   `yaml:"post-entrypoint"`
		Args           []string `yaml:"args"`
	} `yaml:"runs"`
}

// ReadAction reads an action.yml.
func ReadAction(path string) (a Action, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return a, err
	}
	return a, yaml.Unmarshal(data, &a)
}

// Job is one step of a workflow that uses a container action.
type Job struct {
	// Dir receives the runner's directories; it must be empty.
	Dir string
	// Image to run, already present in the engine.
	Image string
	// With are the step's inputs.
	With map[string]string
	// Env are GITHUB_* and other variables beyond those that the runner sets itself.
	Env map[string]string
	// Event is the content of event.json.
	Event []byte
	// UID owns the workspace and the files through which outputs are returned.
	UID int
}

// Result is what a step left.
type Result struct {
	Code           int
	Stdout, Stderr string
	Outputs        map[string]string
	State          map[string]string
	Summary        string
	Commands       []Command
}

// Workspace is the directory that becomes /github/workspace.
func (j Job) Workspace() string { return filepath.Join(j.Dir, "work", "repo", "repo") }

// mounts are the runner's bind mounts besides the engine's socket, in its order.
func (j Job) mounts() [][2]string {
	temp := filepath.Join(j.Dir, "work", "_temp")
	return [][2]string{
		{temp, "/github/runner_temp"},
		{filepath.Join(temp, "_github_home"), "/github/home"},
		{filepath.Join(temp, "_github_workflow"), "/github/workflow"},
		{filepath.Join(temp, "_runner_file_commands"), "/github/file_commands"},
		{j.Workspace(), "/github/workspace"},
	}
}

// Prepare makes the directories and gives them to the job's user.
func (j Job) Prepare() error {
	for _, m := range append(j.mounts(), [2]string{j.Workspace()}) {
		if err := os.MkdirAll(m[0], 0o755); err != nil {
			return err
		}
	}
	return nil
}

// fileCommands are the files through which an action returns values.
var fileCommands = [...]string{"GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"}

// Run runs one phase of the action: its entrypoint or post-entrypoint.
func (j Job) Run(ctx context.Context, a Action, entrypoint string) (Result, error) {
	files, err := j.writeFiles()
	if err != nil {
		return Result{}, err
	}
	env := j.environment(a)
	cmd := exec.CommandContext(ctx, "docker", j.arguments(env, entrypoint)...) //nolint:gosec // a test's own command line
	// The runner passes names only; the values travel in the CLI's environment.
	cmd.Env = append(os.Environ(), pairs(env)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return Result{}, err
	}
	r := Result{Code: cmd.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String()}
	return r, r.read(files)
}

func (j Job) writeFiles() (map[string]string, error) {
	workflow := filepath.Join(j.mounts()[2][0], "event.json")
	if err := os.WriteFile(workflow, j.Event, 0o644); err != nil {
		return nil, err
	}
	files := map[string]string{}
	for _, name := range fileCommands {
		path := filepath.Join(j.mounts()[3][0], strings.ToLower(name)+"_1")
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			return nil, err
		}
		files[name] = path
	}
	return files, filepath.WalkDir(j.Dir, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, j.UID, j.UID))
	})
}

// environment is what the runner gives a container action: inputs with their defaults,
// GITHUB_* with paths translated into the container, and the tokens that it always adds.
func (j Job) environment(a Action) map[string]string {
	env := map[string]string{
		"HOME": "/github/home", "GITHUB_ACTIONS": "true", "CI": "true",
		"GITHUB_WORKSPACE": "/github/workspace", "GITHUB_EVENT_PATH": "/github/workflow/event.json",
		"RUNNER_TEMP": "/github/runner_temp", "RUNNER_OS": "Linux", "RUNNER_ENVIRONMENT": "github-hosted",
		"ACTIONS_RUNTIME_TOKEN": "runtime-token-canary", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "oidc-token-canary",
		"RUNNER_WORKSPACE": filepath.Dir(j.Workspace()),
	}
	maps.Copy(env, j.inputs(a))
	for _, name := range fileCommands {
		env[name] = "/github/file_commands/" + strings.ToLower(name) + "_1"
	}
	maps.Copy(env, j.Env)
	return env
}

// inputs are the variables of the action's inputs, with their defaults.
func (j Job) inputs(a Action) map[string]string {
	env := map[string]string{}
	for name, in := range a.Inputs {
		value := strings.ReplaceAll(in.Default, "${{ github.token }}", "job-token-canary")
		if v, ok := j.With[name]; ok {
			value = v
		}
		env["INPUT_"+strings.ToUpper(strings.ReplaceAll(name, " ", "_"))] = value
	}
	return env
}

// arguments is the runner's command line (Container/DockerCommandManager.cs, DockerRun).
func (j Job) arguments(env map[string]string, entrypoint string) []string {
	args := []string{"run", "--name", "assure_" + strings.ToLower(rand.Text()), "--label", "c0ffee", "--workdir", "/github/workspace", "--rm"}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if name != "GITHUB_ACTIONS" && name != "CI" {
			args = append(args, "-e", name)
		}
	}
	args = append(args, "-e", "GITHUB_ACTIONS=true", "-e", "CI=true", "--entrypoint", entrypoint,
		"-v", "/var/run/docker.sock:/var/run/docker.sock")
	for _, m := range j.mounts() {
		args = append(args, "-v", m[0]+":"+m[1])
	}
	return append(args, j.Image)
}

func pairs(env map[string]string) []string {
	var out []string
	for k, v := range env {
		out = append(out, fmt.Sprintf("%s=%s", k, v))
	}
	return out
}

func (r *Result) read(files map[string]string) error {
	var errs []error
	text := func(name string) string {
		data, err := os.ReadFile(files[name])
		errs = append(errs, err)
		return string(data)
	}
	var err error
	r.Outputs, err = ParseFile(text("GITHUB_OUTPUT"))
	errs = append(errs, err)
	r.State, err = ParseFile(text("GITHUB_STATE"))
	errs = append(errs, err)
	r.Summary = text("GITHUB_STEP_SUMMARY")
	if extra := text("GITHUB_ENV") + text("GITHUB_PATH"); extra != "" {
		errs = append(errs, fmt.Errorf("the action wrote to GITHUB_ENV or GITHUB_PATH: %q", extra))
	}
	r.Commands = append(ParseLog(r.Stdout), ParseLog(r.Stderr)...)
	return errors.Join(errs...)
}
