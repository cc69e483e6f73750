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

// beside looks at the steps before the gate in its job: they can change what it is told
// and what it looks at.
func (c *comparison) beside(was, now site) {
	if now.index < 0 {
		return
	}
	known := was.steps()
	for i, v := range now.steps()[:now.index] {
		step := object(v)
		if slices.ContainsFunc(known, func(k any) bool { return reflect.DeepEqual(k, v) }) {
			continue
		}
		at := decoded.Join(now.path[:len(now.path)-1], i)
		before := sameAction(known, step)
		c.checkout(now.of, at, before, step)
		if text := fmt.Sprint(v); meddles.MatchString(text) && !meddles.MatchString(fmt.Sprint(before)) {
			c.note(now.of, at, true, fmt.Sprintf("a step before the gate sets what the gate reads: %s", meddles.FindString(text)))
		}
		c.removing(now.of, at, before, step)
	}
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
	if uses, _ := now["uses"].(string); !strings.Contains(strings.Split(uses, "@")[0], "checkout") {
		return
	}
	b, h := object(was["with"]), object(now["with"])
	for _, key := range selecting {
		if is := text(h[key]); is != text(b[key]) && is != "" {
			c.note(d, decoded.Join(at, "with", key), true, fmt.Sprintf("the gate is given another checkout to judge: %s: %s", key, cut(is, 120)))
		}
	}
}

// removing looks for scripts before the gate that take files away or change them.
func (c *comparison) removing(d *document, at []any, was, now map[string]any) {
	script, _ := now["run"].(string)
	old, _ := was["run"].(string)
	if script == "" {
		return
	}
	known := edits(old)
	for _, command := range edits(script) {
		if !slices.Contains(known, command) {
			c.note(d, decoded.Join(at, "run"), true, "a step before the gate changes the files that it judges: "+cut(command, 120))
			return
		}
	}
}

// edits are the commands of a script that remove or replace files.
func edits(script string) (all []string) {
	commands, _ := shell.Parse(script, shell.Mode{})
	for _, c := range commands {
		if len(c.Words) > 0 && editing(c.Words) {
			all = append(all, strings.Join(c.Words, " "))
		}
	}
	return all
}

func editing(words []string) bool {
	switch name := words[0][strings.LastIndexByte(words[0], '/')+1:]; name {
	case "rm", "mv", "truncate", "shred", "unlink", "rsync":
		return true
	case "git":
		return slices.ContainsFunc(words, func(w string) bool {
			return slices.Contains([]string{"checkout", "switch", "reset", "rm", "mv", "apply", "am", "stash", "restore", "clean", "merge", "rebase", "commit", "update-index", "update-ref", "replace"}, w)
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
