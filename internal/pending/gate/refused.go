package gate

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// refusal is why GitHub does not run a workflow at all, and the path where that stands.
type refusal struct {
	path []any
	why  string
}

// refused looks for the first thing for which GitHub refuses a workflow. What the
// base has too is not asked about, so that a key that is new to this list blocks once.
func refused(d *document) (refusal, bool) {
	if path.Dir(d.name) != workflowDirs[0] {
		return refusal{}, false
	}
	if d.model == nil {
		return refusal{nil, d.problem}, true
	}
	r := &reading{d: d}
	r.stream()
	r.keys(nil, d.doc.Root, 0)
	r.only(nil, d.model, topKeys[:])
	r.on()
	r.jobs()
	r.expressions(nil, d.model)
	if len(r.found) == 0 {
		return refusal{}, false
	}
	return r.found[0], true
}

// reading gathers what is wrong.
type reading struct {
	d     *document
	found []refusal
}

func (r *reading) say(at []any, format string, args ...any) {
	r.found = append(r.found, refusal{slices.Clone(at), fmt.Sprintf(format, args...)})
}

// stream looks for a second document: GitHub reads one, and then wants the end.
func (r *reading) stream() {
	content, ended := false, false
	for line := range strings.Lines(r.d.text) {
		line = strings.TrimRight(line, " \t\r\n")
		mark := line == "---" || strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "---\t")
		switch bare := strings.TrimSpace(line); {
		case bare == "" || strings.HasPrefix(bare, "#") || strings.HasPrefix(line, "%"):
		case mark && (content || ended), ended && line != "...":
			r.say(nil, "it holds a second document")
			return
		case line == "...":
			ended = content
		default:
			content = content || mark || !ended
		}
	}
}

// keys looks for keys that are given twice; GitHub does not tell capitals apart. Merge
// keys are none to it.
func (r *reading) keys(at []any, n *yaml.Node, depth int) {
	if n == nil || depth > maxNested || len(r.found) > 0 {
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		seen := map[string]bool{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			here := append(slices.Clone(at), key)
			if seen[strings.ToLower(key)] {
				r.say(here, "the key %s is given twice", cut(key, 60))
			}
			if key == "<<" && n.Content[i].Style == 0 {
				r.say(at, "it merges with <<, which GitHub does not read")
			}
			seen[strings.ToLower(key)] = true
			r.keys(here, n.Content[i+1], depth+1)
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			r.keys(append(slices.Clone(at), i), item, depth+1)
		}
	}
}

const maxNested = 50

var (
	topKeys = [...]string{"name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"}
	jobKeys = [...]string{
		"name", "permissions", "needs", "if", "runs-on", "environment", "concurrency", "outputs", "env", "defaults", "steps", "timeout-minutes", "strategy",
		"continue-on-error", "container", "services", "uses", "with", "secrets", "snapshot",
	}
	stepKeys = [...]string{"id", "if", "name", "uses", "run", "working-directory", "shell", "with", "env", "continue-on-error", "timeout-minutes"}
	// knownEvents are those that start a workflow.
	knownEvents = [...]string{
		"branch_protection_rule", "check_run", "check_suite", "create", "delete", "deployment", "deployment_status", "discussion", "discussion_comment",
		"fork", "gollum", "image_version", "issue_comment", "issues", "label", "merge_group", "milestone", "page_build", "project", "project_card",
		"project_column", "public", "pull_request", "pull_request_comment", "pull_request_review", "pull_request_review_comment", "pull_request_target", "push",
		"registry_package", "release", "repository_dispatch", "schedule", "status", "watch", "workflow_call", "workflow_dispatch", "workflow_run",
	}
)

func (r *reading) only(at []any, m map[string]any, allowed []string) {
	for _, key := range sortedKeys(m) {
		if !slices.Contains(allowed, key) {
			r.say(append(slices.Clone(at), key), "%s is no key that may stand there", cut(key, 60))
		}
	}
}

func (r *reading) on() {
	names := sortedKeys(triggersOf(r.d))
	if len(names) == 0 {
		r.say([]any{"on"}, "on names no event")
	}
	for _, name := range names {
		if !slices.Contains(knownEvents[:], name) {
			r.say([]any{"on", name}, "%s is no event", cut(name, 60))
		}
	}
}

// jobID is a name that a job or step may have.
var jobID = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,99}$`)

func (r *reading) jobs() {
	jobs := object(r.d.model["jobs"])
	if len(jobs) == 0 {
		r.say([]any{"jobs"}, "it has no jobs")
	}
	roots := 0
	for _, name := range sortedKeys(jobs) {
		at, job := []any{"jobs", name}, object(jobs[name])
		if job == nil || !jobID.MatchString(name) {
			r.say(at, "the job %s is none", cut(name, 60))
			continue
		}
		r.job(at, job)
		for _, need := range list(job["needs"]) {
			if jobs[need] == nil {
				r.say(append(at, "needs"), "the job %s waits for %s, which does not exist", cut(name, 60), cut(need, 60))
			}
		}
		if roots += 1 - min(1, len(list(job["needs"]))); slices.Contains(needed(r.d, job), name) {
			r.say(append(at, "needs"), "the job %s waits for itself", cut(name, 60))
		}
	}
	if len(jobs) > 0 && roots == 0 {
		r.say([]any{"jobs"}, "every job waits for another")
	}
}

func (r *reading) job(at []any, job map[string]any) {
	r.only(at, job, jobKeys[:])
	calls := job["uses"] != nil
	steps, ok := job["steps"].([]any)
	switch {
	case calls && (job["runs-on"] != nil || job["steps"] != nil):
		r.say(at, "a job that calls a workflow has no runner and no steps")
	case !calls && job["runs-on"] == nil:
		r.say(at, "the job has no runs-on")
	case !calls && (!ok || len(steps) == 0):
		r.say(at, "the job has no list of steps")
	}
	r.types(at, job)
	if s, given := job["strategy"]; given && object(s) == nil && !isExpression(s) {
		r.say(append(at, "strategy"), "strategy is no mapping")
	}
	ids := map[string]bool{}
	for i, v := range steps {
		r.step(append(slices.Clone(at), "steps", i), object(v), ids)
	}
}

func (r *reading) step(at []any, step map[string]any, ids map[string]bool) {
	_, uses := step["uses"].(string)
	_, run := step["run"].(string)
	if uses == run {
		r.say(at, "a step needs either uses or run")
	}
	r.only(at, step, stepKeys[:])
	r.types(at, step)
	if id := strings.ToLower(text(step["id"])); id != "" {
		if ids[id] || !jobID.MatchString(id) {
			r.say(append(at, "id"), "the id %s is given twice, or is none", cut(id, 60))
		}
		ids[id] = true
	}
}

// types looks for values of another type than the key has.
func (r *reading) types(at []any, m map[string]any) {
	for _, key := range sortedKeys(m) {
		v := m[key]
		wrong := false
		switch key {
		case "timeout-minutes":
			_, whole := v.(int)
			_, part := v.(float64)
			wrong = !whole && !part && !isExpression(v)
		case "continue-on-error":
			_, is := v.(bool)
			wrong = !is && !isExpression(v)
		case "env", "with":
			wrong = v != nil && object(v) == nil && !isExpression(v)
		case "if", "name", "shell", "working-directory", "uses", "run":
			_, isList := v.([]any)
			wrong = isList || object(v) != nil
		}
		if wrong {
			r.say(append(slices.Clone(at), key), "%s has a value of another type", key)
		}
	}
}

func isExpression(v any) bool {
	s, ok := v.(string)
	return ok && strings.Contains(s, "${{")
}

// readable notes why GitHub does not read a workflow that is YAML all the same.
func (c *comparison) readable(before, after *document) {
	r, now := refused(after)
	if _, was := refused(before); !now || was {
		return
	}
	c.note(after, r.path, true, "GitHub refuses the workflow, so that the gate does not run: "+r.why)
}
