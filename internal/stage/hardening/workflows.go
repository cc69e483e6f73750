package hardening

import (
	"cmp"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/shell"
)

// Bounds of one workflow with all that it calls.
const (
	maxSteps = 2000
	maxCalls = 4
)

// workflow is a GitHub workflow: when it runs and what its steps do, those of the
// workflows and actions that it calls in this repository included.
type workflow struct {
	File string `json:"file"`
	// On is the path of what starts it.
	On      []any   `json:"on"`
	Trigger trigger `json:"trigger"`
	Steps   []step  `json:"steps"`
	// Unseen is true when it calls a workflow of another repository.
	Unseen bool `json:"unseen"`
}

// step is one step of a job.
type step struct {
	Job string `json:"job"`
	// Needs are the jobs that have ended well before this one starts.
	Needs []string `json:"needs"`
	// Labels are the names of workflow, job and step, as they may say what it is for.
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

// command is a command of a script.
type command struct {
	Words   []string       `json:"words"`
	Assigns []shell.Assign `json:"assigns"`
	// Image is the container that the command runs in; Words are what runs there then.
	Image   string `json:"image"`
	Ignored string `json:"ignored"`
	Target  string `json:"target"`
	Path    []any  `json:"path"`
}

// caller is what a step inherits from what it is called by.
type caller struct {
	labels []string
	needs  []string
	step   step
	depth  int
}

// flows reads all workflows of the repository.
type flows map[string]any

func (w flows) content(name, family string) map[string]any {
	if f := object(w[name]); f["family"] == family {
		return object(f["content"])
	}
	return nil
}

func (w flows) all() []workflow {
	out := []workflow{}
	for _, name := range sortedKeys(w) {
		content := w.content(name, "workflow")
		if content == nil {
			continue
		}
		f := workflow{File: name, On: at(name, "on"), Trigger: triggers(content["on"], at(name, "on")), Steps: []step{}}
		w.jobs(&f, name, caller{})
		out = append(out, f)
	}
	return out
}

func at(name string, steps ...any) []any { return under([]any{"files", name, "content"}, steps...) }

// jobs adds the steps of a workflow file to f.
func (w flows) jobs(f *workflow, name string, from caller) {
	content := w.content(name, "workflow")
	jobs := object(content["jobs"])
	from.labels = append(slices.Clone(from.labels), path.Base(name), text(content["name"]))
	for _, id := range sortedKeys(jobs) {
		job := object(jobs[id])
		if never(job["if"]) {
			continue
		}
		c := from
		c.labels = append(slices.Clone(from.labels), id, text(job["name"]))
		c.needs = append(slices.Clone(from.needs), ancestors(jobs, id)...)
		c.step = step{Job: cmp.Or(from.step.Job, id), Environment: from.step.Environment || job["environment"] != nil, Tolerated: from.step.Tolerated}
		if tolerated(job) {
			c.step.Tolerated = at(name, "jobs", id, "continue-on-error")
		}
		w.job(f, name, id, job, c)
	}
}

func (w flows) job(f *workflow, name, id string, job map[string]any, c caller) {
	if uses := text(job["uses"]); uses != "" {
		local, ok := strings.CutPrefix(uses, "./")
		if !ok || w.content(local, "workflow") == nil || c.depth >= maxCalls {
			f.Unseen = true
			return
		}
		c.depth++
		w.jobs(f, local, c)
		return
	}
	w.steps(f, at(name, "jobs", id, "steps"), list(job["steps"]), c)
}

func (w flows) steps(f *workflow, base []any, items []any, c caller) {
	for i, item := range items {
		m := object(item)
		if m == nil || never(m["if"]) || len(f.Steps) >= maxSteps {
			continue
		}
		s := w.step(under(base, i), m, c)
		f.Steps = append(f.Steps, s)
		if s.Uses == nil || !s.Uses.Local || c.depth >= maxCalls {
			continue
		}
		dir := path.Clean(s.Uses.Name)
		for _, name := range []string{path.Join(dir, "action.yml"), path.Join(dir, "action.yaml")} {
			inner := c
			inner.depth, inner.labels, inner.step = c.depth+1, s.Labels, s
			w.steps(f, at(name, "runs", "steps"), list(object(w.content(name, "action")["runs"])["steps"]), inner)
		}
	}
}

func (w flows) step(base []any, m map[string]any, c caller) step {
	s := step{
		Job: c.step.Job, Needs: append([]string{}, c.needs...), Environment: c.step.Environment, Tolerated: c.step.Tolerated,
		Labels: append(slices.Clone(c.labels), text(m["name"])), At: base, Path: base, With: texts(m["with"]), Commands: []command{},
	}
	if tolerated(m) {
		s.Tolerated = under(base, "continue-on-error")
	}
	if uses := text(m["uses"]); uses != "" {
		s.Path, s.Uses = under(base, "uses"), readUses(uses)
		if strings.HasPrefix(s.Uses.Name, "appleboy/ssh-action") {
			s.Commands = script(s.With["script"], "bash", func(int) []any { return under(base, "with", "script") })
		}
	}
	if run := text(m["run"]); run != "" {
		s.Path = under(base, "run")
		s.Commands = script(run, text(m["shell"]), func(line int) []any { return under(base, "run", line) })
	}
	return s
}

// script are the commands of a run key. A shell that is not read has none.
func script(run, with string, place func(line int) []any) []command {
	out := []command{}
	mode := shell.Mode{ErrExit: true} // what the runner starts without a shell key
	switch {
	case with == "bash":
		mode.PipeFail = true
	case strings.Contains(with, "{0}"):
		mode.ErrExit = strings.Contains(with, "-e")
		mode.PipeFail = strings.Contains(with, "pipefail")
	case with != "" && with != "sh":
		return out
	}
	cmds, err := shell.Parse(run, mode)
	if err != nil {
		return out
	}
	for _, c := range cmds {
		out = append(out, commands(c, place(c.Line))...)
	}
	return out
}

// commands is a command and, when it starts a container, what runs in that.
func commands(c shell.Command, place []any) []command {
	out := command{Words: append([]string{}, c.Words...), Assigns: append([]shell.Assign{}, c.Assigns...), Ignored: c.Ignored, Target: c.Target, Path: place}
	if inner, ok := contained(out); ok {
		return []command{out, inner}
	}
	return []command{out}
}

// tools are images by the last part of their name, and the program that they start.
var tools = map[string]string{
	"trivy": "trivy", "cosign": "cosign", "syft": "syft", "grype": "grype", "osv-scanner": "osv-scanner", "assure": "assure",
	"zaproxy": "", "zap-stable": "", "zap-weekly": "", "zap2docker-stable": "", "zap2docker-weekly": "",
}

func contained(c command) (command, bool) {
	if len(c.Words) < 3 || c.Words[0] != "docker" && c.Words[0] != "podman" || !slices.Contains(c.Words, "run") {
		return c, false
	}
	for i, w := range c.Words[2:] {
		program, ok := tools[imageName(w)]
		if !ok || strings.HasPrefix(w, "-") {
			continue
		}
		c.Image, c.Words = w, slices.Clone(c.Words[i+3:])
		if program != "" {
			c.Words = append([]string{program}, c.Words...)
		}
		return c, len(c.Words) > 0
	}
	return c, false
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

// never tells a condition that switches off.
func never(condition any) bool {
	return slices.Contains([]string{"false", "${{ false }}", "${{false}}"}, strings.TrimSpace(text(condition)))
}

func tolerated(m map[string]any) bool { return m["continue-on-error"] == true }

// ancestors are the jobs that a job needs, and those that they need.
func ancestors(jobs map[string]any, id string) []string {
	out := []string{}
	for todo := []string{id}; len(todo) > 0; todo = todo[1:] {
		for _, n := range list(object(jobs[todo[0]])["needs"]) {
			if name := text(n); name != "" && !slices.Contains(out, name) && name != id {
				out, todo = append(out, name), append(todo, name)
			}
		}
	}
	return out
}

func texts(v any) map[string]string {
	out := map[string]string{}
	for k, item := range object(v) {
		out[k] = text(item)
	}
	return out
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
