package gate

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/shell"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// meddles tells text that sets what the gate reads.
var meddles = regexp.MustCompile(`ASSURE_|INPUT_|GITHUB_ENV|GITHUB_PATH|BASH_ENV`)

// meddling is what a text sets of that and the one before did not.
func meddling(before, text string) string {
	for _, m := range meddles.FindAllString(text, -1) {
		if strings.Count(text, m) > strings.Count(before, m) {
			return m
		}
	}
	return ""
}

// beside looks at the steps before the gate in its job: they can change what it is told
// and what it looks at. Only what a step can be seen to do there counts; that it is new,
// or another version, is information.
func (c *comparison) beside(was, now site) {
	if now.index < 0 {
		return
	}
	known := was.steps()[:max(was.index, 0)]
	for i, v := range now.steps()[:now.index] {
		step := object(v)
		if slices.ContainsFunc(known, func(k any) bool { return reflect.DeepEqual(k, v) }) {
			continue
		}
		at := decoded.Join(now.path[:len(now.path)-1], i)
		before := sameAction(known, step)
		c.checkout(now.of, at, before, step)
		if m := meddling(fmt.Sprint(before), fmt.Sprint(v)); m != "" {
			c.note(now.of, at, true, "a step before the gate sets what the gate reads: "+m)
		}
		c.changing(now.at(i, step), was.at(i, before))
	}
	if checksOut(known) && !checksOut(now.steps()[:now.index]) {
		c.note(now.of, now.path, true, "the gate is given nothing to judge: the checkout before it is removed")
	}
}

// at is another step of the place's job.
func (s *site) at(i int, step map[string]any) site {
	return site{of: s.of, job: s.job, path: decoded.Join(s.path[:max(len(s.path)-1, 0)], i), object: step, index: i}
}

func checksOut(steps []any) bool {
	return slices.ContainsFunc(steps, func(v any) bool { return isCheckout(object(v)) })
}

func isCheckout(step map[string]any) bool {
	return strings.Contains(strings.Split(text(step["uses"]), "@")[0], "checkout")
}

// sameAction is the step of the base that uses the same action, or the same name.
func sameAction(steps []any, step map[string]any) map[string]any {
	repo := func(m map[string]any) string {
		uses, _ := m["uses"].(string)
		r, _ := reference(uses)
		return r
	}
	for _, key := range []func(map[string]any) string{repo, func(m map[string]any) string { return text(m["id"]) }, func(m map[string]any) string { return text(m["name"]) }} {
		for _, s := range steps {
			if m := object(s); key(m) != "" && key(m) == key(step) {
				return m
			}
		}
	}
	return nil
}

// selecting are the inputs of a checkout that say what is judged.
var selecting = [...]string{"ref", "repository", "path", "sparse-checkout", "sparse-checkout-cone-mode", "filter"}

func (c *comparison) checkout(d *document, at []any, was, now map[string]any) {
	if !isCheckout(now) {
		return
	}
	b, h := object(was["with"]), object(now["with"])
	for _, key := range selecting {
		if is := text(h[key]); is != text(b[key]) && is != "" {
			c.note(d, decoded.Join(at, "with", key), true, fmt.Sprintf("the gate is given another checkout to judge: %s: %s", key, cut(is, 120)))
		}
	}
}

// changing looks for what a step before the gate does to the files that it judges and
// did not do before.
func (c *comparison) changing(now, was site) {
	known := c.effects(was)
	for _, why := range c.effects(now) {
		if !slices.Contains(known, why) {
			c.note(now.of, decoded.Join(now.path, "run"), true, "a step before the gate "+why)
			return
		}
	}
	if why := c.action(was.object, now.object); why != "" {
		c.note(now.of, decoded.Join(now.path, "uses"), true, "a step before the gate "+why)
	}
}

func editing(words []string) bool {
	switch name := words[0][strings.LastIndexByte(words[0], '/')+1:]; name {
	case "git":
		return slices.ContainsFunc(words, func(w string) bool {
			return slices.Contains([]string{"checkout", "switch", "reset", "rm", "mv", "apply", "am", "add", "pull", "sparse-checkout", "read-tree", "checkout-index", "cherry-pick", "revert", "stash", "restore", "clean", "merge", "rebase", "commit", "update-index", "update-ref", "replace"}, w)
		})
	case "sed", "perl", "yq":
		return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, "-i") || strings.HasPrefix(w, "--in-place") })
	}
	return false
}

// steering are commands of the gate's own script that change how it ends or what it sees.
var steering = [...]string{"exit", "return", "set", "cd", "pushd", "export", "unset", "alias", "exec", "trap", "eval", "source", "."}

// around looks at the other commands of the gate's script.
func (c *comparison) around(was, now site) {
	c.changing(now, was)
	known := commandsOf(was.object)
	for _, words := range commandsOf(now.object) {
		if slices.ContainsFunc(known, func(k []string) bool { return slices.Equal(k, words) }) || programWords(words) != nil {
			continue
		}
		if slices.Contains(steering[:], words[0]) || editing(words) || isProgram(words[0]) {
			c.note(now.of, decoded.Join(now.path, "run"), true, "the script that runs the gate has a new command: "+cut(strings.Join(words, " "), 120))
		}
	}
}

func commandsOf(step map[string]any) (all [][]string) {
	script, _ := step["run"].(string)
	commands, _ := shell.Parse(script, shell.Mode{})
	for _, c := range commands {
		if len(c.Words) > 0 {
			all = append(all, c.Words)
		}
	}
	return all
}
