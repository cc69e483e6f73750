package gate

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/shell"
)

// site is one place that runs the gate: a step, or a job that calls a workflow.
type site struct {
	of *document
	// job is empty in an action.
	job string
	// path leads to the step or the job, and object is what stands there.
	path   []any
	object map[string]any
	// index is the step's number, -1 for a job.
	index int
	// command is the command of a step that is a script.
	command *command
}

// what names the place in a message.
func (s *site) what() string {
	if uses, _ := s.object["uses"].(string); uses != "" {
		return "uses: " + cut(uses, 120)
	}
	return "its script"
}

// steps are the steps beside the place.
func (s *site) steps() []any {
	if s.job == "" {
		steps, _ := object(s.of.model["runs"])["steps"].([]any)
		return steps
	}
	steps, _ := jobOf(s.of, s.job)["steps"].([]any)
	return steps
}

// sites are the places in a document that run the gate.
func (t *tree) sites(d *document) []*site { return t.find(d, 0) }

func (t *tree) find(d *document, depth int) (all []*site) {
	if d == nil || d.model == nil {
		return nil
	}
	jobs := object(d.model["jobs"])
	for _, name := range sortedKeys(jobs) {
		job, at := object(jobs[name]), []any{"jobs", name}
		if uses, _ := job["uses"].(string); t.isGate(uses, depth) {
			all = append(all, &site{of: d, job: name, path: at, object: job, index: -1})
		}
		all = append(all, t.steps(d, name, job["steps"], append(at, "steps"), depth)...)
	}
	return append(all, t.steps(d, "", object(d.model["runs"])["steps"], []any{"runs", "steps"}, depth)...)
}

func (t *tree) steps(d *document, job string, v any, at []any, depth int) (all []*site) {
	steps, _ := v.([]any)
	for i, s := range steps {
		step := object(s)
		uses, _ := step["uses"].(string)
		cmd := scriptGate(step)
		if t.isGate(uses, depth) || cmd != nil {
			all = append(all, &site{of: d, job: job, path: append(slices.Clone(at), i), object: step, index: i, command: cmd})
		}
	}
	return all
}

// isGate tells what uses names: our action wherever it is published, our image, or
// something local that holds either.
func (t *tree) isGate(uses string, depth int) bool {
	switch {
	case uses == "":
		return false
	case strings.HasPrefix(uses, "./"):
		return t.calls(uses, depth)
	case strings.HasPrefix(uses, dockerScheme):
		return isProgram(strings.TrimPrefix(uses, dockerScheme))
	}
	parts := strings.Split(strings.Split(uses, "@")[0], "/")
	return len(parts) >= 2 && strings.EqualFold(parts[1], "assure")
}

const dockerScheme = "docker://"

// isProgram tells a path or an image of the program by its last part.
func isProgram(word string) bool {
	word = strings.Split(word, "@")[0]
	if i := strings.LastIndexByte(word, ':'); i > strings.LastIndexByte(word, '/') {
		word = word[:i]
	}
	base := strings.TrimSuffix(path.Base(word), ".exe")
	return base == "assure"
}

// command is a call of the program in a script.
type command struct {
	words   []string
	env     map[string]string
	ignored string
	// line is the logical line that the call stands on.
	line string
}

// subcommands are those that judge.
var subcommands = [...]string{"run", "deps", "hardening", "images", "dast"}

// inLine finds a call where the script cannot be parsed.
var inLine = regexp.MustCompile(`(?:^|[\s/])assure(?::\S+)?\s+(?:run|deps|hardening|images|dast)\b.*`)

// scriptGate is the call of the program in a step's script, nil without one.
func scriptGate(step map[string]any) *command {
	text, _ := step["run"].(string)
	if !strings.Contains(text, "assure") {
		return nil
	}
	sh, _ := step["shell"].(string)
	return scriptCommand(text, shell.Mode{ErrExit: sh == "" || !strings.Contains(sh, "{0}") || strings.Contains(sh, "-e"), PipeFail: sh == "bash"})
}

func scriptCommand(text string, mode shell.Mode) *command {
	all, err := shell.Parse(text, mode)
	if err != nil {
		if m := inLine.FindString(text); m != "" {
			return &command{words: strings.Fields(m), line: m}
		}
		return nil
	}
	env := map[string]string{}
	for _, c := range all {
		words := programWords(c.Words)
		here := map[string]string{}
		for _, a := range c.Assigns {
			here[a.Name] = a.Value
		}
		if len(c.Words) == 0 || words == nil {
			for k, v := range here {
				env[k] = v
			}
			continue
		}
		for k, v := range env {
			if _, ok := here[k]; !ok {
				here[k] = v
			}
		}
		return &command{words: words, env: here, ignored: c.Ignored, line: logicalLine(text, c.Line)}
	}
	return nil
}

// idle are commands that only show their words.
var idle = [...]string{"echo", "printf", ":", "true", "false", "cat", "grep", "test", "[", "exit"}

// programWords are the words from the program on, nil when the command is another.
func programWords(words []string) []string {
	if len(words) == 0 || slices.Contains(idle[:], words[0]) {
		return nil
	}
	for i, w := range words {
		if isProgram(w) && slices.ContainsFunc(words[i+1:], func(s string) bool { return slices.Contains(subcommands[:], s) }) {
			return words[i:]
		}
	}
	return nil
}

// logicalLine is a line of a script with those that continue it.
func logicalLine(text string, n int) string {
	lines := strings.Split(text, "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	line := lines[n-1]
	for strings.HasSuffix(strings.TrimSpace(line), `\`) && n < len(lines) {
		line = strings.TrimSuffix(strings.TrimSpace(line), `\`) + " " + lines[n]
		n++
	}
	return line
}
