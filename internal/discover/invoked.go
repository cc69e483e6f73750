package discover

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/configfile"
	"github.com/stella-ops/assure/internal/discover/compose"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// Bounds of what scripts may name.
const (
	maxScript  = 1 << 20
	maxInvoked = 100
)

// invoked are the files that scripts, Makefiles and workflows of the repository start
// Compose with, in the order in which they are first named.
func (b *builder) invoked() (sets [][]string) {
	for _, f := range b.plan.Files {
		if !configfile.HasShell(f.Name) {
			continue
		}
		data, err := b.tree.Read(f.Name, maxScript)
		if err != nil || !bytes.Contains(data, []byte("compose")) && !bytes.Contains(data, []byte(compose.FileVariable)) {
			continue
		}
		for _, s := range configfile.Shells(f.Name, data) {
			for _, files := range b.invocations(s) {
				if !slices.ContainsFunc(sets, func(o []string) bool { return slices.Equal(o, files) }) {
					sets = append(sets, files)
				}
			}
		}
		if len(sets) > maxInvoked {
			b.problem(gap.TooMany, finding.Top(f.Name), "the repository starts Compose with more combinations of files than are judged; name the one that counts in dast.compose", composeStages[:]...)
			return sets[:maxInvoked]
		}
	}
	return sets
}

// invocations are the sets of files that one script starts Compose with.
func (b *builder) invocations(s configfile.Shell) (sets [][]string) {
	dirs := slices.Clone(s.Dirs)
	listed := s.Env[compose.FileVariable]
	for _, c := range s.Commands {
		here := listed
		for _, a := range c.Assigns {
			if a.Name == compose.FileVariable {
				here = a.Value
			}
		}
		switch names, runs := composeFiles(c.Words); {
		case len(c.Words) == 0, c.Words[0] == "export":
			listed = here
		case c.Words[0] == "cd" && len(c.Words) == 2:
			for i := range dirs {
				dirs[i] = path.Join(dirs[i], c.Words[1])
			}
		case runs:
			if len(names) == 0 {
				names = splitList(here)
			}
			if files := b.existing(dirs, names); files != nil {
				sets = append(sets, files)
			}
		}
	}
	return sets
}

func splitList(s string) []string {
	return slices.DeleteFunc(strings.Split(s, ":"), func(p string) bool { return p == "" })
}

// existing resolves names from the first directory that has all of them. Names that hold
// a variable exist nowhere.
func (b *builder) existing(dirs, names []string) []string {
	for _, dir := range dirs {
		files := make([]string, 0, len(names))
		for _, n := range names {
			if name, err := source.Inside(b.tree.Dir(), dir, n); err == nil && b.has(name) {
				files = append(files, name)
			}
		}
		if len(files) == len(names) && len(files) > 0 {
			return files
		}
	}
	return nil
}

// valued are the flags of docker and docker compose before the subcommand that take a
// value; what else begins with a dash is a switch.
var valued = [...]string{
	"-p", "--project-name", "--profile", "--env-file", "--parallel", "--progress", "--ansi",
	"-c", "--context", "-H", "--host", "-l", "--log-level", "--config", "--tlscacert", "--tlscert", "--tlskey",
}

// composeFiles returns the files that a command names to Compose, and whether it runs
// Compose at all. A project directory of its own makes the names mean something else.
func composeFiles(words []string) (files []string, runs bool) {
	if len(words) == 0 {
		return nil, false
	}
	program := path.Base(words[0])
	runs = program == "docker-compose" || program == "podman-compose"
	if !runs && program != "docker" && program != "podman" {
		return nil, false
	}
	for i := 1; i < len(words); i++ {
		w, next := words[i], ""
		if i+1 < len(words) {
			next = words[i+1]
		}
		name, value, joined := strings.Cut(w, "=")
		switch {
		case w == "compose" && !runs:
			runs = true
		case w == "-f", w == "--file":
			files = append(files, next)
			i++
		case name == "--file" && joined:
			files = append(files, value)
		case strings.HasPrefix(w, "-f") && !strings.HasPrefix(w, "--"):
			files = append(files, strings.TrimPrefix(strings.TrimPrefix(w, "-f"), "="))
		case name == "--project-directory":
			return nil, false
		case slices.Contains(valued[:], w):
			i++
		case !strings.HasPrefix(w, "-"):
			return files, runs
		}
	}
	return files, runs
}
