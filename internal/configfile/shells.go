package configfile

import (
	"maps"
	"path"
	"slices"

	"github.com/stella-ops/assure/internal/shell"
	"github.com/stella-ops/assure/internal/source"
)

// Shell is a piece of shell that stands in a file.
type Shell struct {
	// Dirs are the directories that it may start in, the likeliest first: slash paths
	// from the root.
	Dirs []string
	// Env is what the file sets for it from outside.
	Env      map[string]string
	Commands []shell.Command
}

// HasShell tells by the name alone whether a file may hold shell.
func HasShell(name string) bool { return isScript(name) || isWorkflow(name) || isAction(name) }

// Shells returns the shell of a script, Makefile, workflow or action. What cannot be
// parsed has none: whether that matters is for the readers of the families to say.
func Shells(name string, data []byte) []Shell {
	switch {
	case isMakefile(name):
		return []Shell{{Dirs: starts(name), Commands: shell.Makefile(string(data))}}
	case isScript(name):
		return []Shell{{Dirs: starts(name), Commands: parsed(string(data))}}
	}
	docs, err := source.Parse(name, data)
	if err != nil || len(docs) == 0 {
		return nil
	}
	v, _ := docs[0].Value()
	m := dictionary(v)
	if isAction(name) {
		return inherit{dir: "."}.steps(dictionary(m["runs"]))
	}
	var out []Shell
	whole := inherit{dir: "."}.from(m)
	for _, name := range slices.Sorted(maps.Keys(dictionary(m["jobs"]))) {
		job := dictionary(dictionary(m["jobs"])[name])
		out = append(out, whole.from(job).steps(job)...)
	}
	return out
}

// starts are where a script is started: beside itself or at the root.
func starts(name string) []string { return slices.Compact([]string{path.Dir(name), "."}) }

func parsed(text string) []shell.Command {
	commands, err := shell.Parse(text, shell.Mode{})
	if err != nil {
		return nil
	}
	return commands
}

// inherit is what a workflow hands down to its steps.
type inherit struct {
	dir string
	env map[string]string
}

// from is what a workflow or job adds to it.
func (i inherit) from(m map[string]any) inherit {
	return i.with(m["env"], dictionary(dictionary(m["defaults"])["run"])["working-directory"])
}

func (i inherit) with(env, dir any) inherit {
	i.env = maps.Clone(i.env)
	for k, v := range dictionary(env) {
		if s, ok := v.(string); ok {
			if i.env == nil {
				i.env = map[string]string{}
			}
			i.env[k] = s
		}
	}
	if s, ok := dir.(string); ok {
		i.dir = path.Clean(s)
	}
	return i
}

func (i inherit) steps(m map[string]any) (out []Shell) {
	list, _ := m["steps"].([]any)
	for _, item := range list {
		step := dictionary(item)
		run, ok := step["run"].(string)
		if !ok {
			continue
		}
		at := i.with(step["env"], step["working-directory"])
		out = append(out, Shell{Dirs: []string{at.dir}, Env: at.env, Commands: parsed(run)})
	}
	return out
}

func dictionary(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}
