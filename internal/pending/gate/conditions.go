package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/source/decoded"
)

// site compares one place that runs the gate.
func (c *comparison) site(was, now site) {
	c.conditions(now.of, now.path, was.object, now.object)
	if was.index >= 0 && was.job != "" {
		c.conditions(now.of, []any{"jobs", now.job}, jobOf(was.of, was.job), jobOf(now.of, now.job))
	}
	if was.job != "" {
		c.needs(was, now)
		c.matrix(was, now)
		c.machine(was, now)
		c.checkName(was, now)
	}
	c.uses(was, now)
	c.script(was, now)
	c.inputs(was, now)
	c.beside(was, now)
}

// conditions compares what lets a step or a job be skipped, fail or be stopped.
func (c *comparison) conditions(d *document, at []any, was, now map[string]any) {
	b, h := condition(was), condition(now)
	switch {
	case b == h || runsAlways(h) || b != "" && h == "":
	case b != "" && strings.HasPrefix(h, b+" || "):
	case b == "" || runsAlways(b):
		c.note(d, decoded.Join(at, "if"), true, fmt.Sprintf("the gate runs only if %s", h))
	default:
		c.note(d, decoded.Join(at, "if"), true, fmt.Sprintf("the gate runs if %s, where it ran if %s", h, b))
	}
	if goesOn(now) && !goesOn(was) {
		c.note(d, decoded.Join(at, "continue-on-error"), true, "the job goes on when the gate fails: continue-on-error: "+fmt.Sprint(now["continue-on-error"]))
	}
	if minutes(now) < enough && minutes(was) >= enough {
		c.note(d, decoded.Join(at, "timeout-minutes"), true, "the time is too short for the gate: timeout-minutes: "+fmt.Sprint(now["timeout-minutes"]))
	}
}

// condition is what stands at if, without the marks of an expression.
func condition(m map[string]any) string {
	v, ok := m["if"]
	if !ok {
		return ""
	}
	text := strings.TrimSpace(fmt.Sprint(v))
	if inner, ok := strings.CutPrefix(text, "${{"); ok && strings.HasSuffix(inner, "}}") && strings.Count(text, "${{") == 1 {
		text = strings.TrimSuffix(inner, "}}")
	}
	return strings.Join(strings.Fields(text), " ")
}

func runsAlways(condition string) bool {
	return slices.Contains([]string{"true", "always()", "!cancelled()", "success()", "success() || failure()"}, condition)
}

// goesOn reports whether a failure is ignored, or may be.
func goesOn(m map[string]any) bool {
	v, ok := m["continue-on-error"]
	return ok && v != nil && fmt.Sprint(v) != "false"
}

// enough is how many minutes any run of the gate is given.
const enough = 3

// minutes is the time that a step or job may take; an expression may be any.
func minutes(m map[string]any) float64 {
	switch v := m["timeout-minutes"].(type) {
	case nil:
		return 360
	case int:
		return float64(v)
	case float64:
		return v
	default:
		return 0
	}
}

// needs compares the jobs that the gate's job waits for. When one of them fails or is
// skipped the gate's job is skipped, and a skipped job passes.
func (c *comparison) needs(was, now site) {
	before, after := jobOf(was.of, was.job), jobOf(now.of, now.job)
	if runsAlways(condition(after)) && condition(after) != "success()" && condition(after) != "true" {
		return
	}
	b, h := needed(was.of, before), needed(now.of, after)
	for _, name := range h {
		if !slices.Contains(b, name) {
			c.note(now.of, []any{"jobs", now.job, "needs"}, true, "the gate waits for the job "+name+", and is skipped, which passes, when that does not succeed")
			continue
		}
		if is := condition(jobOf(now.of, name)); is != "" && is != condition(jobOf(was.of, name)) {
			c.note(now.of, []any{"jobs", name, "if"}, true, "the gate waits for the job "+name+", which runs only if "+is)
		}
	}
}

// needed are the jobs that a job waits for, and those that they wait for.
func needed(d *document, job map[string]any) (all []string) {
	next := list(job["needs"])
	for len(next) > 0 && len(all) < maxFiles {
		name := next[0]
		if next = next[1:]; !slices.Contains(all, name) {
			all = append(all, name)
			next = append(next, list(jobOf(d, name)["needs"])...)
		}
	}
	return all
}

// onlyNewer reports whether values were replaced by versions of the same, as update bots
// do: ubuntu-24.04 by ubuntu-26.04.
func onlyNewer(gone, come []string) bool {
	if len(gone) != len(come) {
		return false
	}
	for i := range gone {
		if letters(gone[i]) != letters(come[i]) || letters(gone[i]) == gone[i] {
			return false
		}
	}
	return true
}

// letters is a text without its digits and full stops.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '.' {
			return -1
		}
		return r
	}, s)
}

// checkName looks for another job that takes the name under which the gate's job is known
// to branch protection.
func (c *comparison) checkName(was, now site) {
	name := shownName(was.of, was.job)
	for _, file := range c.head.workflows() {
		d := c.head.read(file)
		if d.model == nil {
			continue
		}
		for _, job := range sortedKeys(object(d.model["jobs"])) {
			own := d.name == now.of.name && job == now.job
			if own || shownName(d, job) != name || c.base.had(file, job, name) || isSite(c.head.sites(d), job) {
				continue
			}
			c.note(d, []any{"jobs", job}, true, fmt.Sprintf("the job %s takes the name %q of the gate's job, which branch protection asks for", job, cut(name, 80)))
		}
	}
}

func (t *tree) had(file, job, name string) bool {
	d := t.read(file)
	return d != nil && jobOf(d, job) != nil && shownName(d, job) == name
}

func isSite(all []*site, job string) bool {
	return slices.ContainsFunc(all, func(s *site) bool { return s.job == job })
}

func shownName(d *document, job string) string {
	if name, ok := jobOf(d, job)["name"]; ok {
		return fmt.Sprint(name)
	}
	return job
}
