package shell

import (
	"regexp"
	"strings"
)

// reference is a use of a make variable or function; one inside another is not seen.
var reference = regexp.MustCompile(`\$\([^()]*\)|\$\{[^{}]*\}|\$[@<^*?+%|]`)

// rule is the line that names a target.
var rule = regexp.MustCompile(`^([^\s#=:][^#=:]*?)\s*::?(?:[^=]|$)`)

// dashed is why make goes on after a recipe line that fails.
const dashed = "the recipe line starts with -"

// Makefile returns the commands of all recipes. A recipe that is no shell is left out.
func Makefile(text string) []Command {
	var out []Command
	target := ""
	lines := strings.Split(text, "\n")
	for first, next := 0, 0; first < len(lines); first = next {
		next = first + continued(lines[first:])
		line := strings.Join(lines[first:next], "\n")
		if m := rule.FindStringSubmatch(line); m != nil {
			target = m[1]
		}
		if strings.HasPrefix(line, "\t") {
			out = append(out, recipe(line, target, first)...)
		}
	}
	return out
}

// continued counts the lines that make the first logical line, up to MaxBytes of them.
func continued(lines []string) int {
	n, size := 1, len(lines[0])
	for strings.HasSuffix(lines[n-1], `\`) && n < len(lines) && size < MaxBytes {
		size += 1 + len(lines[n])
		n++
	}
	return n
}

// recipe reads one logical line of a recipe that starts after skip lines.
func recipe(line, target string, skip int) []Command {
	body := strings.TrimLeft(line, "\t @+-")
	tolerant := strings.Contains(line[:len(line)-len(body)], "-")
	hidden, show := hide(strings.ReplaceAll(body, "$$", "\x00"), reference)
	cmds, err := Parse(strings.ReplaceAll(hidden, "\x00", "$"), Mode{})
	if err != nil {
		return nil
	}
	for i := range cmds {
		c := &cmds[i]
		c.Line, c.Target = c.Line+skip, target
		if tolerant {
			c.Ignored = dashed
		}
		for j := range c.Words {
			c.Words[j] = show.Replace(c.Words[j])
		}
		for j := range c.Assigns {
			c.Assigns[j].Value = show.Replace(c.Assigns[j].Value)
		}
	}
	return cmds
}
