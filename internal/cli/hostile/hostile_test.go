package hostile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stella-ops/assure/internal/cli"
)

var clock = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const minimum = 40

// TestHostileChanges has every attack tried. One that the program is known to fall for
// must go from the list as soon as it does not.
func TestHostileChanges(t *testing.T) {
	t.Parallel()
	all := attacks(t)
	if len(all) < minimum {
		t.Errorf("%d attacks, want %d", len(all), minimum)
	}
	for name := range known {
		if !slices.ContainsFunc(all, func(a attack) bool { return a.name == name }) {
			t.Errorf("%s is known, but is no attack", name)
		}
	}
	for _, a := range all {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			got := run(t, a)
			problems := got.check(a.expected)
			switch reason := known[a.name]; {
			case reason == "" && len(problems) > 0:
				t.Errorf("%s\n%s\n%s", a.what, strings.Join(problems, "\n"), got)
			case reason != "" && len(problems) == 0:
				t.Errorf("%s: fixed; take it from the list", reason)
			}
		})
	}
}

// outcome is what the program said and did.
type outcome struct {
	code     int
	log      string
	executed bool
	report   struct {
		Target   struct{ Trust, Policy, Reason string }
		Findings []result
		Pending  []pending
		// Exceptions that the change adds wait until it is merged.
		Exceptions struct{ Pending []struct{ Rule string } }
		Stages     []struct {
			Name, State, Reason string
			Gaps                []result
		}
	}
}

type pending struct{ Setting, Change, Effect string }

type result struct {
	Rule, Class, Severity, Message string
	Location                       struct {
		URI    string
		Region struct {
			StartLine int `json:"start_line"`
		}
	}
}

func (f result) String() string {
	return fmt.Sprintf("%s %s %s:%d %s (%s)", f.Class, f.Rule, f.Location.URI, f.Location.Region.StartLine, f.Severity, f.Message)
}

func (o outcome) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "exit %d\ntrust %s\npolicy %s\n", o.code, o.report.Target.Trust, o.report.Target.Policy)
	for _, f := range o.report.Findings {
		if f.Class != "existing" || f.Severity == "high" || f.Severity == "critical" {
			fmt.Fprintln(&b, f)
		}
	}
	for _, p := range o.report.Pending {
		fmt.Fprintf(&b, "pending %s %s %s\n", p.Effect, p.Setting, p.Change)
	}
	for _, s := range o.report.Stages {
		fmt.Fprintf(&b, "stage %s %s %s\n", s.Name, s.State, s.Reason)
		for _, g := range s.Gaps {
			fmt.Fprintf(&b, "gap %s %s %s\n", g.Class, g.Rule, g.Location.URI)
		}
	}
	return b.String() + o.log
}

// run has the program judge the change as the action does.
func run(t *testing.T, a attack) outcome {
	t.Helper()
	r := build(t, a)
	env := r.environment(t, a)
	var log bytes.Buffer
	o := outcome{code: cli.Main(t.Context(), cli.Env{
		Args: []string{"assure", "run", "--quiet", "--out", filepath.Join(r.dir, "report"), r.root}, Stdin: strings.NewReader(""), Stdout: &log, Stderr: &log,
		LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		Now:       func() time.Time { return clock },
	})}
	o.log = log.String()
	_, err := os.Stat(filepath.Join(r.dir, "executed"))
	o.executed = err == nil
	if data, err := os.ReadFile(filepath.Join(r.dir, "report", "report.json")); err == nil {
		if err := json.Unmarshal(data, &o.report); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// github is the payload of a pull request of the same repository.
const github = `{"action": "opened", "number": 7, "pull_request": {"number": 7, "base": {"ref": "main", "sha": "$BASE", "repo": {"id": 1, "full_name": "acme/demo", "default_branch": "main"}},
 "head": {"ref": "change", "sha": "$TIP", "repo": {"id": 1, "full_name": "acme/demo"}}}, "repository": {"id": 1, "full_name": "acme/demo", "default_branch": "main"}}`

// environment are the job's variables: those of a pull request on GitHub, unless the
// attack has others. One with an empty value is not set.
func (r *repository) environment(t *testing.T, a attack) map[string]string {
	t.Helper()
	event := filepath.Join(r.dir, "event.json")
	payload := github
	if a.event != "" {
		payload = a.event
	}
	if err := os.WriteFile(event, []byte(r.expand(payload)), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "acme/demo", "GITHUB_SHA": r.names["MERGE"],
		"GITHUB_REF": "refs/pull/7/merge", "GITHUB_EVENT_PATH": event, "GITHUB_OUTPUT": filepath.Join(r.dir, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(r.dir, "summary"),
		"GITHUB_API_URL": "https://api.example.org", "GITHUB_SERVER_URL": "https://example.org", "GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "gate",
		"RUNNER_TEMP": t.TempDir(), "GITHUB_WORKSPACE": r.root, "HOME": r.dir,
		"INPUT_STAGES": "hardening,images", "INPUT_OFFLINE": "true",
	}
	for _, name := range []string{"output", "summary"} {
		if err := os.WriteFile(filepath.Join(r.dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(a.env) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		switch {
		case name == "system": // another one than GitHub
			delete(env, "GITHUB_ACTIONS")
			env["ASSURE_STAGES"], env["ASSURE_OFFLINE"] = env["INPUT_STAGES"], "true"
		case ok && value == "":
			delete(env, name)
		case ok:
			env[name] = r.expand(value)
		}
	}
	return env
}
