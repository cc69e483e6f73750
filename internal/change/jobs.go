package change

import (
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/difference"
)

// idle are the members of a workflow or an action that decide nothing about what it deploys.
var idle = [...]string{"name", "run-name", "description", "author", "branding", "concurrency"}

// automation is a workflow or an action of GitHub.
type automation struct {
	doc   *source.Doc
	model map[string]any
	lines difference.Lines
}

func isAutomation(name string) bool {
	dir, base := path.Split(name)
	return dir == ".github/workflows/" || base == "action.yml" || base == "action.yaml"
}

func automationOf(name string, data []byte) (automation, bool) {
	docs, err := source.Parse(name, data)
	if err != nil || len(docs) != 1 {
		return automation{}, false
	}
	value, err := docs[0].Value()
	model, ok := value.(map[string]any)
	return automation{docs[0], model, difference.Split(data)}, ok && err == nil
}

// sameJob reports whether the job that a line stands in is the same in the base commit,
// with all that jobs share; a step that takes nothing from elsewhere is enough.
func (c *Change) sameJob(file string, line int, data []byte) bool {
	old, err := c.base.Plan.Tree.Read(c.before(file), source.MaxFileBytes)
	if err != nil {
		return false
	}
	was, readable := automationOf(file, old)
	is, ok := automationOf(file, data)
	if !readable || !ok || !reflect.DeepEqual(was.shared(), is.shared()) {
		return false
	}
	name, job := is.job(line)
	before, _ := was.jobs()[name].(map[string]any)
	switch {
	case job == nil || before == nil:
		return false
	case reflect.DeepEqual(before, job):
		return !strings.Contains(scalar(job), "needs.") || reflect.DeepEqual(was.jobs(), is.jobs())
	}
	step := is.step(name, job, line)
	return step != nil && !strings.Contains(scalar(step), "$") && equalBut(before, job, "steps") &&
		slices.ContainsFunc(steps(before), func(s any) bool { return reflect.DeepEqual(s, step) })
}

// shared is what decides about every job.
func (a automation) shared() map[string]any {
	out := maps.Clone(a.model)
	maps.DeleteFunc(out, func(key string, _ any) bool { return key == "jobs" || key == "runs" || slices.Contains(idle[:], key) })
	return out
}

// jobs are those of a workflow; an action is one.
func (a automation) jobs() map[string]any {
	if jobs, ok := a.model["jobs"].(map[string]any); ok {
		return jobs
	}
	return map[string]any{"": a.model["runs"]}
}

// job is the one that a line stands in.
func (a automation) job(line int) (string, map[string]any) {
	for name, job := range a.jobs() {
		if model, ok := job.(map[string]any); ok && a.holds(line, a.path(name)) {
			return name, model
		}
	}
	return "", nil
}

func (a automation) path(job string) []any {
	if job == "" {
		return []any{"runs"}
	}
	return []any{"jobs", job}
}

// step is the step of a job that a line stands in.
func (a automation) step(name string, job map[string]any, line int) any {
	for i, s := range steps(job) {
		if a.holds(line, append(a.path(name), "steps", i)) {
			return s
		}
	}
	return nil
}

func steps(job map[string]any) []any {
	list, _ := job["steps"].([]any)
	return list
}

// holds reports whether a line stands in the block that a path leads to.
func (a automation) holds(line int, path []any) bool {
	at, grade := a.doc.Locate(path)
	start := at.Region.StartLine
	return grade == source.Exact && 1 <= start && start <= line && line <= block(a.lines, start)
}

func equalBut(a, b map[string]any, key string) bool {
	a, b = maps.Clone(a), maps.Clone(b)
	delete(a, key)
	delete(b, key)
	return reflect.DeepEqual(a, b)
}
