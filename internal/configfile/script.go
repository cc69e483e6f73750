package configfile

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/shell"
	"github.com/stella-ops/assure/internal/source"
)

// maxCommands bounds how much of a script rules see.
const maxCommands = 5000

func isMakefile(name string) bool {
	return slices.Contains([]string{"Makefile", "makefile", "GNUmakefile"}, path.Base(name)) || hasExtension(name, ".mk")
}

func isScript(name string) bool { return isMakefile(name) || hasExtension(name, ".sh", ".bash") }

// deploys tells scripts whose commands matter too much to be passed over.
var deploys = regexp.MustCompile(`(?i)deploy|release|rollout|upgrade`)

// readScript returns {"commands": [{"words", "line", "ignored", "target", "assigns"}]},
// line from 1. A script in a language that is not read is left alone, unless its name
// says that it deploys.
func readScript(in Input) (any, source.Locator, error) {
	text, lines, ok := textLines(in.Data)
	if !ok {
		return nil, nil, nil
	}
	var cmds []shell.Command
	if isMakefile(in.Name) {
		cmds = shell.Makefile(text)
	} else {
		var err error
		if cmds, err = shell.Parse(text, shell.Mode{}); err != nil && deploys.MatchString(path.Base(in.Name)) {
			return nil, nil, fmt.Errorf("%w; write it for bash, or exclude the file", err)
		}
	}
	out := []any{}
	at := script{prose: prose{in.Name, lines}}
	for _, c := range cmds[:min(len(cmds), maxCommands)] {
		out = append(out, Command(c))
		at.rows = append(at.rows, c.Line)
	}
	return map[string]any{"commands": out}, at, nil
}

// Command is a command as rules see it.
func Command(c shell.Command) map[string]any {
	words, assigns := []any{}, []any{}
	for _, w := range c.Words {
		words = append(words, w)
	}
	for _, a := range c.Assigns {
		assigns = append(assigns, map[string]any{"name": a.Name, "value": a.Value})
	}
	return map[string]any{"words": words, "assigns": assigns, "line": c.Line, "ignored": c.Ignored, "target": c.Target}
}

func isCrontab(name string) bool {
	return path.Base(name) == "crontab" || hasExtension(name, ".cron", ".crontab")
}

func isVersion(name string) bool { return path.Base(name) == "VERSION" }

// readLines returns {"lines": [text, ...]}.
func readLines(in Input) (any, source.Locator, error) {
	_, lines, ok := textLines(in.Data)
	if !ok {
		return nil, nil, nil
	}
	return map[string]any{"lines": anys(lines)}, prose{in.Name, lines}, nil
}

func isSecurityText(name string) bool { return path.Base(name) == "security.txt" }

// readSecurityText returns {"fields": [{"name", "value"}]} by RFC 9116, names in lower
// case. Each field is located by its index; what a signature adds is left out.
func readSecurityText(in Input) (any, source.Locator, error) {
	_, lines, ok := textLines(in.Data)
	if !ok {
		return nil, nil, nil
	}
	fields, at := []any{}, script{prose: prose{in.Name, lines}}
	for i, line := range lines {
		if strings.HasPrefix(line, "-----BEGIN PGP SIGNATURE") {
			break
		}
		name, value, ok := strings.Cut(strings.TrimPrefix(line, "- "), ":")
		if !ok || !field.MatchString(name) || strings.EqualFold(name, "hash") {
			continue
		}
		fields = append(fields, map[string]any{"name": strings.ToLower(name), "value": strings.TrimSpace(value)})
		at.rows = append(at.rows, i+1)
	}
	return map[string]any{"fields": fields}, at, nil
}

var field = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)
