package gate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	// decisive matches what decides whether a job runs, with which settings, and whether its
	// failure counts.
	decisive = regexp.MustCompile(`(?i)(?:^|[{,] *)(?:- +)?["']?(?:allow[_-]failure|rules|when|only|except|if|condition|continue_?on_?error|enabled|needs|dependsOn|requires|filters|trigger|pr|branches|soft_fail|skip|failure|extends|inherit|variables|environment|before_script|entrypoint|catchError|expression)\b|ASSURE_[A-Z_]+`)
	// always are the sections that hold for every job.
	always = regexp.MustCompile(`^(?:workflow|variables|default|include|trigger|pr|schedules|environment|image)\b`)
	// imageLine is the container that a job runs in, without tag and digest.
	imageLine = regexp.MustCompile(`^(?:- +)?(?:image|name|container|docker):? *["']?([a-zA-Z0-9][\w./-]*(?::\d+/[\w./-]+)?)`)
)

// row is a line of a file with the section that it stands in; steers is true when it, or
// what it is nested below, decides about the job.
type row struct {
	mention
	section string
	steers  bool
}

// rows are the lines that may steer the gate: of its own section, and of those that hold
// for every job. A file without sections is one.
func rows(text string) (all []row) {
	section, own, above := "", map[string]bool{}, []int(nil)
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "//") {
			continue
		}
		if line[0] != ' ' && line[0] != '\t' && line[0] != '-' {
			section, _, _ = strings.Cut(trimmed, ":")
		}
		own[section] = own[section] || word.MatchString(trimmed)
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		for len(above) > 0 && above[len(above)-1] >= indent {
			above = above[:len(above)-1]
		}
		itself := decisive.MatchString(trimmed)
		all = append(all, row{mention{i + 1, trimmed}, section, itself || len(above) > 0})
		if itself {
			above = append(above, indent)
		}
	}
	return slices.DeleteFunc(all, func(r row) bool { return !own[r.section] && !always.MatchString(r.section) })
}

// steered reports edits around the gate's lines that may keep it from running, or from
// being heeded, and a container of somebody else.
func (c *comparison) steered(name, before, after string) {
	was, now := rows(before), rows(after)
	for _, r := range lacking(now, was) {
		switch {
		case r.steers:
			c.steers(name, r, "what decides about the gate is edited: ")
		case word.MatchString(r.text) && foreign(r.text, was):
			c.steers(name, r, "another container has the gate's name: ")
		}
	}
	for _, r := range lacking(was, now) {
		if r.steers && len(now) > 0 {
			r.row = now[0].row
			c.steers(name, r, "what decides about the gate is removed: ")
		}
	}
	for _, r := range now {
		if strings.HasPrefix(r.section, ".") && word.MatchString(r.text) && !slices.ContainsFunc(was, func(x row) bool { return x.section == r.section }) {
			c.steers(name, r, "the job is hidden, so that it does not run: ")
			return
		}
	}
}

func (c *comparison) steers(name string, r row, what string) {
	if len(c.edits) < maxEdits {
		c.edits = append(c.edits, Edit{Text: fmt.Sprintf("%s%s", what, cut(r.text, 120)), Loosens: true, Location: lineOf(name, r.mention)})
	}
}

// lacking are the rows of one side whose text the other does not have in that section.
func lacking(all, some []row) []row {
	return slices.DeleteFunc(slices.Clone(all), func(r row) bool {
		return slices.ContainsFunc(some, func(x row) bool { return x.text == r.text && x.section == r.section })
	})
}

// foreign reports whether a line names a container that the file did not name before.
func foreign(line string, was []row) bool {
	m := imageLine.FindStringSubmatch(line)
	return m != nil && !slices.ContainsFunc(was, func(x row) bool {
		old := imageLine.FindStringSubmatch(x.text)
		return old != nil && old[1] == m[1]
	})
}
