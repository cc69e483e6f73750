package workflow

import (
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// Step is one step of a job.
type Step struct {
	Job string `json:"job"`
	// Needs are the jobs that have ended well before this one starts.
	Needs []string `json:"needs"`
	// Labels are the names of workflow, job and step, which may show what it is for.
	Labels []string `json:"labels"`
	// Environment is true when the job deploys to an environment.
	Environment bool `json:"environment"`
	// At is the path of the step, Path that of what it does.
	At   []any   `json:"at"`
	Path []any   `json:"path"`
	Uses *action `json:"uses"`
	// With are the action's inputs as text.
	With map[string]string `json:"with"`
	// Tolerated is the path of the continue-on-error that hides a failure.
	Tolerated []any     `json:"tolerated"`
	Commands  []command `json:"commands"`
}

// action is what a step uses.
type action struct {
	Text string `json:"text"`
	// Name is owner/repository/path or the image, without the version.
	Name string `json:"name"`
	Ref  string `json:"ref"`
	// Pinned is true for a full commit, an image digest, or a path in this repository.
	Pinned bool `json:"pinned"`
	Local  bool `json:"local"`
}

func (w Files) step(base []any, m map[string]any, c caller) Step {
	s := Step{
		Job: c.step.Job, Needs: append([]string{}, c.needs...), Environment: c.step.Environment, Tolerated: c.step.Tolerated,
		Labels: append(slices.Clone(c.labels), value.Text(m["name"])), At: base, Path: base, With: value.Texts(m["with"]), Commands: []command{},
	}
	if tolerated(m) {
		s.Tolerated = value.Under(base, "continue-on-error")
	}
	if uses := value.Text(m["uses"]); uses != "" {
		s.Path, s.Uses = value.Under(base, "uses"), readUses(uses)
		if strings.HasPrefix(s.Uses.Name, "appleboy/ssh-action") {
			s.Commands = script(s.With["script"], "bash", func(int) []any { return value.Under(base, "with", "script") })
		}
	}
	if run := value.Text(m["run"]); run != "" {
		s.Path = value.Under(base, "run")
		s.Commands = script(run, value.Text(m["shell"]), func(line int) []any { return value.Under(base, "run", line) })
	}
	return s
}

var commit = regexp.MustCompile(`^[0-9a-f]{40}$`)

// readUses takes a uses key apart.
func readUses(uses string) *action {
	if strings.HasPrefix(uses, "./") || strings.HasPrefix(uses, "../") {
		return &action{Text: uses, Name: uses, Pinned: true, Local: true}
	}
	if image, ok := strings.CutPrefix(uses, "docker://"); ok {
		return &action{Text: uses, Name: image, Pinned: strings.Contains(image, "@sha256:")}
	}
	name, ref, _ := strings.Cut(uses, "@")
	return &action{Text: uses, Name: strings.ToLower(name), Ref: ref, Pinned: commit.MatchString(ref)}
}

// never reports whether a condition is always false.
func never(condition any) bool {
	return slices.Contains([]string{"false", "${{ false }}", "${{false}}"}, strings.TrimSpace(value.Text(condition)))
}

func tolerated(m map[string]any) bool { return m["continue-on-error"] == true }
