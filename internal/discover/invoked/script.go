package invoked

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/shell"
)

func isMakefile(_, base string) bool {
	return slices.Contains([]string{"Makefile", "makefile", "GNUmakefile"}, base) || hasEnding(base, ".mk", ".mak")
}

func hasEnding(base string, endings ...string) bool {
	return slices.Contains(endings, strings.ToLower(path.Ext(base)))
}

func readMakefile(name string, text []byte) []Invocation {
	if !mentions(text) {
		return nil
	}
	s := newScope(name, starts(name)...)
	for _, line := range strings.Split(string(text), "\n") {
		if m := makeVariable.FindStringSubmatch(line); m != nil {
			s = s.set(m[1], strings.TrimSpace(m[2]))
		}
	}
	return s.run(shell.Makefile(string(text)))
}

// makeVariable is what a Makefile sets for Compose.
var makeVariable = regexp.MustCompile(`^(?:export\s+)?(COMPOSE_FILE|COMPOSE_PATH_SEPARATOR)\s*[:?]?=\s*([^#]*)`)

// isShell tells scripts by their ending; one without any needs a first line that says so.
func isShell(_, base string) bool {
	return hasEnding(base, ".sh", ".bash", ".zsh", ".ksh") || path.Ext(base) == ""
}

func readScript(name string, text []byte) []Invocation {
	if path.Ext(name) == "" && !shebang.Match(text) || !mentions(text) {
		return nil
	}
	return newScope(name, starts(name)...).script(string(text), 1)
}

var shebang = regexp.MustCompile(`^#!.*\b(?:ba|z|k|da|a)?sh\b`)

// script reads shell whose first line is that of the file.
func (s scope) script(text string, line int) []Invocation {
	cmds, err := shell.Parse(text, shell.Mode{})
	if err != nil {
		return s.search(text, line)
	}
	for i := range cmds {
		cmds[i].Line += line - 1
	}
	return s.run(cmds)
}

// mentions reports whether a text has a word that matters at all.
func mentions(text []byte) bool {
	for _, word := range [...]string{
		"docker", "podman", "compose", "COMPOSE", "nerdctl", "buildah", "kaniko", "kubectl", "kustomize", "helm", "HELM", "KUBECTL",
		"DOCKER", "skaffold", "tilt", "kapp", "depot", "oc ",
	} {
		if bytes.Contains(text, []byte(word)) {
			return true
		}
	}
	return false
}

// isEnv tells files of variables.
func isEnv(_, base string) bool {
	return base == ".env" || strings.HasPrefix(base, ".env.") || hasEnding(base, ".env") || base == ".envrc"
}

// readEnv returns the Compose files that a file of variables names.
func readEnv(name string, text []byte) []Invocation {
	s, line := newScope(name, path.Dir(name)), 0
	for i, l := range strings.Split(string(text), "\n") {
		key, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(l), "export "), "=")
		if key = strings.TrimSpace(key); !ok || key != composeFile && key != composeSeparator {
			continue
		}
		if s = s.set(key, strings.Trim(strings.TrimSpace(value), `"'`)); key == composeFile {
			line = i + 1
		}
	}
	i := Invocation{Tool: Compose}.named(s.composeFiles()...)
	if line == 0 || len(i.Files)+len(i.Unresolved) == 0 {
		return nil
	}
	return []Invocation{s.at(i, line)}
}
