package invoked

import (
	"regexp"
	"strings"
)

var (
	bakeTarget    = regexp.MustCompile(`^\s*target\s+"[^"]*"\s*\{`)
	bakeAttribute = regexp.MustCompile(`^\s*(dockerfile|context|dockerfile-inline)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|(<<-?\s*"?(\w+)"?)|(\S.*))`)
)

// bakeHCL reads the targets of a bake file line by line: their attributes are plain
// texts. Any other expression is unresolved.
func bakeHCL(text string, s scope) (out []Invocation) {
	lines := strings.Split(text, "\n")
	inside := false
	for n := 0; n < len(lines); n++ {
		if bakeTarget.MatchString(lines[n]) {
			out, inside = append(out, s.at(Invocation{Tool: Build}, n+1)), true
			lines[n] = lines[n][strings.Index(lines[n], "{")+1:]
		}
		m := bakeAttribute.FindStringSubmatch(lines[n])
		if m == nil || !inside || len(out) > maxInvocations {
			continue
		}
		last, value := &out[len(out)-1], m[2]
		if m[4] != "" {
			value, n = heredoc(lines, n+1, m[4])
		} else if m[5] != "" {
			value = "${" + strings.TrimRight(m[5], " \t\r}") + "}"
		}
		switch m[1] {
		case "dockerfile":
			*last = last.named(value)
		case "context":
			last.Target = value
		case "dockerfile-inline":
			last.Inline = value
		}
	}
	return out
}

// heredoc is the text up to the line with the mark, and the number of that line.
func heredoc(lines []string, from int, mark string) (string, int) {
	for i := from; i < len(lines); i++ {
		if strings.TrimSpace(lines[i]) == mark {
			return strings.Join(lines[from:i], "\n") + "\n", i
		}
	}
	return "", from
}

func isTiltfile(_, base string) bool { return base == "Tiltfile" || hasEnding(base, ".tiltfile") }

// tiltCall is a call whose arguments are read.
var tiltCall = regexp.MustCompile(`\b(docker_build|docker_compose|k8s_yaml|kustomize|helm|local|custom_build|local_resource)\s*\(`)

// readTiltfile reads the calls of a Tiltfile.
func readTiltfile(name string, text []byte) (out []Invocation) {
	s, body := newScope(name, starts(name)[0]), string(text)
	line, counted := 1, 0
	for _, m := range tiltCall.FindAllStringSubmatchIndex(body, maxInvocations) {
		line, counted = line+strings.Count(body[counted:m[0]], "\n"), m[0]
		if start := strings.LastIndexByte(body[:m[0]], '\n') + 1; strings.Contains(body[start:m[0]], "#") {
			continue
		}
		out = append(out, tilt(body[m[2]:m[3]], arguments(body[m[1]:]), s, line)...)
	}
	return out
}

// tilt is what one call names.
func tilt(function string, a call, s scope, line int) (out []Invocation) {
	first, second := append(a.plain, "", "")[0], append(a.plain, "", "")[1]
	var i Invocation
	switch function {
	case "docker_build":
		i = Invocation{Tool: Build, Target: second}.named(a.named["dockerfile"]...)
	case "docker_compose":
		i = Invocation{Tool: Compose}.named(a.plain...)
	case "k8s_yaml":
		i = Invocation{Tool: Kubectl}.named(a.plain...)
	case "kustomize":
		i = Invocation{Tool: Kustomize, Target: first}
	case "helm":
		i = Invocation{Tool: Helm, Target: first}.named(a.named["values"]...)
	default:
		for _, script := range a.plain {
			out = append(out, s.script(script, line)...)
		}
		return out
	}
	if len(a.plain) == 0 {
		return nil
	}
	return []Invocation{s.at(i, line)}
}

// call are the texts among the arguments of a call.
type call struct {
	plain []string
	named map[string][]string
}

// maxCall bounds the text of one call.
const maxCall = 8 << 10

var assigned = regexp.MustCompile(`([A-Za-z_]\w*)\s*=\s*\[?$`)

// keyword is the name of an argument that a text ends with.
func keyword(before string) string {
	before = strings.TrimSpace(before[max(0, len(before)-64):])
	if !strings.HasSuffix(before, "=") && !strings.HasSuffix(before, "[") {
		return ""
	}
	if m := assigned.FindStringSubmatch(before); m != nil {
		return m[1]
	}
	return ""
}

// arguments reads texts up to the bracket that closes a call; those of calls inside are
// not its own.
func arguments(body string) call {
	c, depth, key, start := call{named: map[string][]string{}}, 1, "", 0
	body = body[:min(len(body), maxCall)]
	for i := 0; i < len(body) && depth > 0; i++ {
		switch b := body[i]; b {
		case '(':
			depth++
		case ')':
			depth--
		case '[':
			if k := keyword(body[start:i]); k != "" {
				key = k
			}
		case ',', ']':
			start = i + 1
			if b == ']' {
				key = ""
			}
		case '#':
			i += max(strings.IndexByte(body[i:], '\n'), 0)
		case '"', '\'':
			text := body[i+1:]
			if end := strings.IndexByte(text, b); end >= 0 {
				text = text[:end]
			}
			here := key
			if k := keyword(body[min(start, i):i]); k != "" {
				here = k
			}
			i += len(text) + 1
			switch {
			case depth > 1:
			case here == "":
				c.plain = append(c.plain, text)
			default:
				c.named[here] = append(c.named[here], text)
			}
		}
	}
	return c
}
