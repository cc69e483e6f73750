package invoked

import (
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/shell"
)

// isLines tells files of other languages whose lines hold commands.
func isLines(_, base string) bool {
	lower := strings.ToLower(base)
	return slices.Contains([]string{
		"justfile", ".justfile", "procfile", "jenkinsfile", "rakefile", "vagrantfile", "fabfile.py", "tasks.py", "noxfile.py", "dodo.py", "earthfile", "magefile.go",
	}, lower) || strings.HasPrefix(lower, "jenkinsfile") || strings.HasPrefix(lower, "procfile") || hasEnding(base, ".just", ".jenkinsfile", ".groovy", ".ps1", ".bat", ".cmd", ".fish", ".service", ".rake")
}

func readLines(name string, text []byte) []Invocation {
	if !mentions(text) {
		return nil
	}
	s := newScope(name, starts(name)...)
	for _, m := range inDirectory.FindAllSubmatch(text, 100) {
		s.dirs = distinct(append([]string{strings.Trim(string(m[1]), "./")}, s.dirs...))
	}
	s.dirs = slices.DeleteFunc(s.dirs, func(d string) bool { return d == "" || variable(d) })
	return s.search(string(text), 1)
}

var (
	// inDirectory is how Jenkins and Ruby run steps elsewhere.
	inDirectory = regexp.MustCompile(`\b(?:dir|chdir|cd)\s*\(?\s*["']([^"'\n]+)["']`)
	// command is a call of a tool within a line.
	command = regexp.MustCompile("(?:^|[\\s\"'`(@;&|=/+-])((?:docker-compose|podman-compose|docker|podman|nerdctl|buildah|kubectl|oc|kustomize|helmfile|helm|skaffold|tilt|depot)(?:\\.exe)? +[^\\n]*)")
	// listed joins the words of a list that another language makes a command of.
	listed = regexp.MustCompile(`["']\s*,\s*["']`)
	// variableLine is what a line sets for the commands after it.
	variableLine = regexp.MustCompile(`^\s*(?:export\s+|\$env:|set\s+)?(COMPOSE_FILE|COMPOSE_PATH_SEPARATOR)\s*:?=\s*["']?([^"'\n]*)`)
)

// search reads a text line by line. It serves what is no shell, and broken shell.
func (s scope) search(text string, first int) (out []Invocation) {
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines) && len(out) < maxInvocations; i++ {
		line, at := strings.TrimRight(lines[i], "\r"), first+i
		for goesOn(line) && i+1 < len(lines) && len(line) < maxCall {
			i++
			line = strings.TrimRight(line[:len(line)-1]+" "+strings.TrimSpace(lines[i]), "\r")
		}
		if m := variableLine.FindStringSubmatch(line); m != nil {
			s = s.set(m[1], strings.TrimSpace(m[2]))
		}
		if comment(line) {
			continue
		}
		if m := command.FindStringSubmatch(listed.ReplaceAllString(line, " ")); m != nil {
			out = append(out, s.loose(m[1], at)...)
		}
	}
	return out
}

func goesOn(line string) bool { return strings.HasSuffix(line, `\`) || strings.HasSuffix(line, "`") }

func comment(line string) bool {
	line = strings.TrimSpace(line)
	return strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//") || strings.HasPrefix(strings.ToUpper(line), "REM ")
}

// maxTries bounds the ends of a command that are tried.
const maxTries = 8

// loose reads one command that the end of a text in another language may follow.
func (s scope) loose(text string, line int) (out []Invocation) {
	text = text[:min(len(text), maxCall)]
	for end, tries := len(text), 0; end > 0 && tries < maxTries; end, tries = strings.LastIndexAny(text[:end], "\"'`)]},;"), tries+1 {
		cmds, err := shell.Parse(text[:end], shell.Mode{})
		if err != nil {
			continue
		}
		for _, c := range cmds {
			out = append(out, s.command(c.Words, line)...)
		}
		return out
	}
	words := strings.Fields(text)
	for i := range words {
		words[i] = strings.Trim(words[i], "\"'`)],;")
	}
	return s.command(words, line)
}
