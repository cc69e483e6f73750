// Package workflow holds the facts about GitHub workflows, scripts and scheduled jobs.
package workflow

import "github.com/stella-ops/assure/internal/stage/hardening/facts/value"

// Workflow is a GitHub workflow: when it runs and what its steps do, those of the
// workflows and actions that it calls in this repository included.
type Workflow struct {
	File string `json:"file"`
	// On is the path of what starts it.
	On      []any   `json:"on"`
	Trigger trigger `json:"trigger"`
	Steps   []Step  `json:"steps"`
	// Unseen is true when it calls a workflow of another repository.
	Unseen bool `json:"unseen"`
}

// Files reads all workflows of the repository.
type Files map[string]any

func (w Files) content(name, family string) map[string]any {
	if f := value.Object(w[name]); f["family"] == family {
		return value.Object(f["content"])
	}
	return nil
}

// Workflows lists the workflows, each with all that it calls.
func (w Files) Workflows() []Workflow {
	out := []Workflow{}
	for _, name := range value.Keys(w) {
		content := w.content(name, "workflow")
		if content == nil {
			continue
		}
		f := Workflow{File: name, On: value.InFile(name, "on"), Trigger: triggers(content["on"], value.InFile(name, "on")), Steps: []Step{}}
		w.jobs(&f, name, caller{})
		out = append(out, f)
	}
	return out
}
