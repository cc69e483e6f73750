package reporter

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

// The runner's two command parsers, written from actions/runner src/Runner.Common/
// ActionCommand.cs, as the independent oracle for everything that reaches a log. Its
// searches compare by culture, which ignores characters without weight, so the oracle
// takes these out first.

type actionCommand struct {
	name, data string
	properties map[string]string
}

var commandNames = []string{"error", "warning", "notice", "debug", "add-mask", "set-output", "set-env", "add-path", "save-state", "stop-commands", "group", "endgroup", "echo", "add-matcher", "remove-matcher", "internal-set-repo-path", "section"}

func weightless(r rune) rune {
	if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) && !unicode.IsSpace(r) {
		return -1
	}
	return r
}

// runnerLines splits as .NET's ReadLine does, and as readers of the log may.
func runnerLines(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("\r\n\u0085\u2028\u2029", r) })
}

func parseV2(line string) *actionCommand {
	line = strings.TrimLeftFunc(strings.Map(weightless, line), unicode.IsSpace)
	rest, ok := strings.CutPrefix(line, "::")
	if !ok {
		return nil
	}
	info, data, ok := strings.Cut(rest, "::")
	if !ok {
		return nil
	}
	name, properties, _ := strings.Cut(info, " ")
	if !slices.Contains(commandNames, strings.ToLower(name)) {
		return nil
	}
	c := &actionCommand{name: name, properties: map[string]string{}}
	for p := range strings.SplitSeq(strings.TrimSpace(properties), ",") {
		if k, v, ok := strings.Cut(p, "="); ok {
			c.properties[k] = strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%").Replace(v)
		}
	}
	c.data = strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(data)
	return c
}

func parseV1(line string) *actionCommand {
	_, rest, ok := strings.Cut(strings.Map(weightless, line), "##[")
	if !ok {
		return nil
	}
	info, data, ok := strings.Cut(rest, "]")
	name, _, _ := strings.Cut(info, " ")
	if !ok || !slices.Contains(commandNames, strings.ToLower(name)) {
		return nil
	}
	return &actionCommand{name: name, data: data}
}

// commands are all that the runner would obey in a log.
func commands(log string) (out []*actionCommand) {
	for _, line := range runnerLines(log) {
		if c := parseV2(line); c != nil {
			out = append(out, c)
		} else if c := parseV1(line); c != nil {
			out = append(out, c)
		}
	}
	return out
}

func TestTheOracleObeys(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"::error::x", "\u00a0 ::error file=a::x", "text ##[add-mask]x", "a\r::debug::x", ":\u200d:error::x"} {
		if len(commands(line)) != 1 {
			t.Errorf("%q is a command to the runner", line)
		}
	}
}

func TestLogsHoldNoForeignCommand(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "lint"} {
		log := string(rendered(t, format, rich(verbatim), Options{Color: true, Limit: -1}))
		for _, c := range commands(log) {
			t.Errorf("%s: the runner obeys %s: %q", format, c.name, c.data)
		}
		for _, line := range strings.Split(strings.TrimSuffix(log, "\n"), "\n") {
			if strings.ContainsAny(line, "\r\u0085\u2028\u2029\u202e\u0007") {
				t.Errorf("%s: control characters in %q", format, line)
			}
		}
	}
}

func FuzzTerminal(f *testing.F) {
	for _, h := range hostile {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, line := range []string{TerminalLine(s), terminalPath(s), "  prefix: " + terminal(s)} {
			if c := commands(line); len(c) > 0 {
				t.Errorf("%q becomes %q, which the runner obeys", s, line)
			}
			if strings.ContainsFunc(line, unicode.IsControl) || strings.ContainsAny(line, "\u2028\u2029\u202e") {
				t.Errorf("%q becomes %q", s, line)
			}
		}
		if c := commands(string(rendered(t, "lint", oneFinding(s), Options{}))); len(c) > 0 {
			t.Errorf("lint of %q: the runner obeys %s", s, c[0].name)
		}
	})
}

func FuzzAnnotation(f *testing.F) {
	for _, h := range hostile {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := commands(string(rendered(t, "annotations", oneFinding(s), Options{})))
		if len(got) != 1 || got[0].name != "notice" {
			t.Fatalf("%q gives %d commands", s, len(got))
		}
		clean := strings.Map(weightless, terminal(redactText(s)))
		if want := strings.Map(weightless, terminal(s)+"x"); got[0].properties["file"] != want && len(want) < 4000 {
			t.Errorf("file = %q, want %q", got[0].properties["file"], want)
		}
		if want := clean + " Fix: " + clean; s != "" && len(want) < 900 && got[0].data != want {
			t.Errorf("message = %q, want %q", got[0].data, want)
		}
		if got[0].properties["line"] != "1" || len(got[0].properties) != 6 {
			t.Errorf("properties = %q", got[0].properties)
		}
	})
}

func TestAnnotationLimits(t *testing.T) {
	t.Parallel()
	log := string(rendered(t, "annotations", large(100), Options{}))
	kinds := map[string]int{}
	for _, c := range commands(log) {
		kinds[c.name]++
		if len(c.data) > 4096 {
			t.Errorf("a message of %d bytes", len(c.data))
		}
	}
	if kinds["error"] > 10 || kinds["warning"] != 10 || kinds["notice"] != 10 {
		t.Errorf("kinds = %v", kinds)
	}
	if !strings.Contains(log, "\n90 more of level warning have no annotation") {
		t.Errorf("the rest is not counted:\n%s", log)
	}
}
