package workflow

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// Bounds of one workflow with all that it calls.
const (
	maxSteps = 2000
	maxCalls = 4
)

// caller is what a step inherits from what it is called by.
type caller struct {
	labels []string
	needs  []string
	step   Step
	depth  int
}

// jobs adds the steps of a workflow file to f.
func (w Files) jobs(f *Workflow, name string, from caller) {
	content := w.content(name, "workflow")
	jobs := value.Object(content["jobs"])
	from.labels = append(slices.Clone(from.labels), path.Base(name), value.Text(content["name"]))
	for _, id := range value.Keys(jobs) {
		job := value.Object(jobs[id])
		if never(job["if"]) {
			continue
		}
		c := from
		c.labels = append(slices.Clone(from.labels), id, value.Text(job["name"]))
		c.needs = append(slices.Clone(from.needs), ancestors(jobs, id)...)
		c.step = Step{Job: cmp.Or(from.step.Job, id), Environment: from.step.Environment || job["environment"] != nil, Tolerated: from.step.Tolerated}
		if tolerated(job) {
			c.step.Tolerated = value.InFile(name, "jobs", id, "continue-on-error")
		}
		w.job(f, name, id, job, c)
	}
}

func (w Files) job(f *Workflow, name, id string, job map[string]any, c caller) {
	if uses := value.Text(job["uses"]); uses != "" {
		local, ok := strings.CutPrefix(uses, "./")
		if !ok || w.content(local, "workflow") == nil || c.depth >= maxCalls {
			f.Unseen = true
			return
		}
		c.depth++
		w.jobs(f, local, c)
		return
	}
	w.steps(f, value.InFile(name, "jobs", id, "steps"), value.List(job["steps"]), c)
}

func (w Files) steps(f *Workflow, base []any, items []any, c caller) {
	for i, item := range items {
		m := value.Object(item)
		if m == nil || never(m["if"]) || len(f.Steps) >= maxSteps {
			continue
		}
		s := w.step(value.Under(base, i), m, c)
		f.Steps = append(f.Steps, s)
		if s.Uses == nil || !s.Uses.Local || c.depth >= maxCalls {
			continue
		}
		dir := path.Clean(s.Uses.Name)
		for _, name := range []string{path.Join(dir, "action.yml"), path.Join(dir, "action.yaml")} {
			inner := c
			inner.depth, inner.labels, inner.step = c.depth+1, s.Labels, s
			w.steps(f, value.InFile(name, "runs", "steps"), value.List(value.Object(w.content(name, "action")["runs"])["steps"]), inner)
		}
	}
}

// ancestors are the jobs that a job needs, and those that they need.
func ancestors(jobs map[string]any, id string) []string {
	out := []string{}
	for todo := []string{id}; len(todo) > 0; todo = todo[1:] {
		for _, n := range value.List(value.Object(jobs[todo[0]])["needs"]) {
			if name := value.Text(n); name != "" && !slices.Contains(out, name) && name != id {
				out, todo = append(out, name), append(todo, name)
			}
		}
	}
	return out
}
