package gate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/shell"
)

// pipelineFiles are those of other systems, whose lines about the gate are compared.
var pipelineFiles = [...]string{
	".gitlab-ci.yml", ".gitlab-ci.yaml", "azure-pipelines.yml", "azure-pipelines.yaml", "Jenkinsfile", ".circleci/config.yml", ".circleci/config.yaml",
	"bitbucket-pipelines.yml", ".drone.yml", ".woodpecker.yml", ".travis.yml", ".buildkite/pipeline.yml", "cloudbuild.yaml",
}

// jenkinsStep is a step of a Jenkinsfile that runs a script.
var jenkinsStep = regexp.MustCompile(`^(?:sh|bat|powershell)\s*\(?\s*['"]+(.*?)['"]+`)

var word = regexp.MustCompile(`(?i)\bassure\b`)

// mention is a line that names the gate.
type mention struct {
	row  int
	text string
}

func mentions(text string) (all []mention) {
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		if word.MatchString(trimmed) && !strings.HasPrefix(trimmed, "#") && !strings.HasPrefix(trimmed, "//") {
			all = append(all, mention{i + 1, trimmed})
		}
	}
	return all
}

// pipelines compares the lines about the gate in the files of other systems.
func (c *comparison) pipelines() {
	for _, name := range pipelineFiles {
		before, after := c.base.text(name), c.head.text(name)
		if was := mentions(before); len(was) > 0 && before != after {
			c.pipeline(name, was, mentions(after), after == "")
			if len(mentions(after)) > 0 {
				c.steered(name, before, after)
			}
		}
	}
}

func (c *comparison) pipeline(name string, was, now []mention, gone bool) {
	same := func(all []mention, m mention) bool {
		return slices.ContainsFunc(all, func(x mention) bool { return x.text == m.text })
	}
	left := slices.DeleteFunc(slices.Clone(was), func(m mention) bool { return same(now, m) })
	come := slices.DeleteFunc(slices.Clone(now), func(m mention) bool { return same(was, m) })
	switch {
	case len(now) == 0:
		c.edits = append(c.edits, Edit{Text: name + " does not run the gate any more", Loosens: true, Location: finding.Top(name), Gone: gone})
	case len(left) > 0 && len(come) == 0:
		c.edits = append(c.edits, Edit{Text: fmt.Sprintf("a line that runs the gate is removed: %s", cut(left[0].text, 120)), Loosens: true, Location: lineOf(name, now[0])})
	case len(come) > 0:
		for i, m := range come[:min(len(come), maxEdits)] {
			c.line(name, left, i, m)
		}
	}
}

// line compares an edited line with the one that it was.
func (c *comparison) line(name string, left []mention, i int, m mention) {
	if i >= len(left) {
		c.edits = append(c.edits, Edit{Text: "a new line about the gate: " + cut(m.text, 120), Location: lineOf(name, m)})
		return
	}
	was, now := lineSite(name, left[i].text), lineSite(name, m.text)
	c.here = nil
	switch {
	case was.command != nil && now.command == nil:
		c.note(now.of, nil, true, "the line does not run the gate any more: "+cut(left[i].text, 120)+" → "+cut(m.text, 120))
	case was.command != nil:
		c.script(was, now)
		c.inputs(was, now)
	}
	c.here = slices.DeleteFunc(c.here, func(e Edit) bool { return !e.Loosens })
	if len(c.here) == 0 {
		c.here = []Edit{{Text: "a line about the gate is edited: " + cut(left[i].text, 120) + " → " + cut(m.text, 120)}}
	}
	for _, e := range c.here {
		e.Location = lineOf(name, m)
		c.edits = append(c.edits, e)
	}
}

// lineSite is a line as if it were a step.
func lineSite(name, line string) site {
	script := strings.TrimPrefix(line, "- ")
	if _, rest, ok := strings.Cut(script, ": "); ok && !strings.Contains(strings.Split(script, ": ")[0], " ") {
		script = rest
	}
	if m := jenkinsStep.FindStringSubmatch(script); m != nil {
		script = m[1]
	}
	script = strings.Trim(script, `"' `)
	return site{
		of: &document{name: name}, object: map[string]any{"run": script},
		command: scriptCommand(script, shell.Mode{ErrExit: true, PipeFail: true}),
	}
}

func lineOf(name string, m mention) finding.Location {
	return finding.Location{URI: name, Region: finding.Region{StartLine: m.row, StartColumn: 1, EndLine: m.row, EndColumn: 1 + max(1, len([]rune(m.text)))}}
}
