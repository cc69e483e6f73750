package invoked

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/shell"
)

const (
	composeFile      = "COMPOSE_FILE"
	composeSeparator = "COMPOSE_PATH_SEPARATOR"
)

// scope is where commands run and what is set for them.
type scope struct {
	name string
	dirs []string
	env  map[string]string
}

func newScope(name string, dirs ...string) scope { return scope{name: name, dirs: dirs} }

// in is the scope with a directory of its own.
func (s scope) in(dir string) scope {
	if dir == "" || variable(dir) {
		return s
	}
	s.dirs = []string{path.Clean(dir)}
	return s
}

// set is the scope with one more variable.
func (s scope) set(name, value string) scope {
	env := maps.Clone(s.env)
	if env == nil {
		env = map[string]string{}
	}
	env[name] = value
	s.env = env
	return s
}

// enter is the scope after a change of directory. Where it starts from is not certain:
// in a Makefile every line starts anew.
func (s scope) enter(dir string) scope {
	if variable(dir) || dir == "-" || path.IsAbs(dir) {
		return s
	}
	var dirs []string
	for _, d := range s.dirs {
		dirs = append(dirs, path.Join(d, dir))
	}
	s.dirs = distinct(append(dirs, s.dirs...))
	return s
}

func distinct(list []string) (out []string) {
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// run follows commands, whose lines are those in the file, and returns what they name.
func (s scope) run(cmds []shell.Command) (out []Invocation) {
	first, target := s, ""
	for _, c := range cmds {
		if c.Target != target {
			first.env = s.env
			s, target = first, c.Target
		}
		here := s
		for _, a := range c.Assigns {
			here = here.set(a.Name, a.Value)
		}
		switch {
		case len(c.Words) == 0, c.Words[0] == "export":
			s = here
		case (c.Words[0] == "cd" || c.Words[0] == "pushd") && len(c.Words) == 2:
			s = s.enter(c.Words[1])
		case c.Words[0] == "popd":
			s.dirs = first.dirs
		default:
			out = append(out, here.command(c.Words, c.Line)...)
		}
	}
	return out
}

// command is what one command names.
func (s scope) command(words []string, line int) (out []Invocation) {
	for _, i := range invocations(words) {
		if i.Tool == Compose && len(i.Files)+len(i.Unresolved) == 0 {
			i = i.named(s.composeFiles()...)
		}
		out = append(out, s.at(i, line))
	}
	return out
}

// at gives an invocation its place and the directories of the scope.
func (s scope) at(i Invocation, line int) Invocation {
	i.Dirs, i.Place = s.dirs, finding.Location{URI: s.name, Region: finding.Region{StartLine: line, StartColumn: 1, EndLine: line, EndColumn: 2}}
	return i
}

// composeFiles are those that the environment names.
func (s scope) composeFiles() []string {
	sep := s.env[composeSeparator]
	if sep == "" {
		sep = ":"
	}
	list := s.env[composeFile]
	if variable(list) && strings.Contains(list, "${") {
		return []string{list} // a default inside of it may hold the separator
	}
	return strings.Split(list, sep)
}
