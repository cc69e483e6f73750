package runner

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// ParseFile reads a command file the way the runner does: NAME=VALUE lines and
// NAME<<DELIMITER blocks (FileCommandManager.cs, EnvFileKeyValuePairs). A line that is
// neither fails the step.
func ParseFile(text string) (map[string]string, error) {
	values := map[string]string{}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		equals, heredoc := strings.Index(line, "="), strings.Index(line, "<<")
		switch {
		case line == "":
		case equals >= 0 && (heredoc < 0 || equals < heredoc):
			values[line[:equals]] = line[equals+1:]
		case heredoc > 0:
			name, delimiter := line[:heredoc], line[heredoc+2:]
			var body []string
			for i++; i < len(lines) && lines[i] != delimiter; i++ {
				body = append(body, lines[i])
			}
			if i >= len(lines) {
				return values, fmt.Errorf("no end of value %q", name)
			}
			values[name] = strings.Join(body, "\n")
		default:
			return values, fmt.Errorf("invalid line %q", line)
		}
	}
	return values, nil
}

// Command is a workflow command in a log.
type Command struct {
	Name       string
	Properties map[string]string
	Message    string
}

var legacy = regexp.MustCompile(`##\[([a-zA-Z][\w-]*)([^\]]*)\](.*)`)

// ParseLog finds every workflow command that the runner would obey in a log: lines end
// at CR or LF, the ::name:: form may follow white space, the older ##[name] form may
// stand anywhere in a line (ActionCommand.cs, TryParseV2 and TryParse).
func ParseLog(log string) []Command {
	var all []Command
	for _, line := range strings.FieldsFunc(log, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if c, ok := parseV2(strings.TrimLeftFunc(line, unicode.IsSpace)); ok {
			all = append(all, c)
		} else if m := legacy.FindStringSubmatch(line); m != nil {
			all = append(all, Command{Name: m[1], Properties: properties(m[2], ";"), Message: m[3]})
		}
	}
	return all
}

func parseV2(line string) (Command, bool) {
	rest, ok := strings.CutPrefix(line, "::")
	if !ok {
		return Command{}, false
	}
	head, message, ok := strings.Cut(rest, "::")
	if !ok || head == "" {
		return Command{}, false
	}
	name, props, _ := strings.Cut(head, " ")
	return Command{name, properties(props, ","), unescape(message)}, true
}

func properties(text, separator string) map[string]string {
	all := map[string]string{}
	for _, p := range strings.Split(strings.TrimSpace(text), separator) {
		if k, v, ok := strings.Cut(p, "="); ok {
			all[strings.TrimSpace(k)] = unescape(v)
		}
	}
	return all
}

func unescape(s string) string {
	return strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%").Replace(s)
}
