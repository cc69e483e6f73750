package config

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
)

// InlineSource is the Source of an exception that stands in the judged file itself.
const InlineSource = "comment"

// inlineMark begins an exception in a comment, and maxInline bounds how many one file may
// hold.
const (
	inlineMark = "assure:except"
	maxInline  = 1000
)

// Lines are lines of a file, from 1, both included. The zero value means every line.
type Lines struct{ From, To int }

// Contains reports whether the line is among them.
func (l Lines) Contains(line int) bool { return l == Lines{} || l.From <= line && line <= l.To }

var (
	inlineComment = regexp.MustCompile(`(?:^|\s)(#|//)[ \t]*` + inlineMark + `(?:[ \t]+(.*))?$`)
	inlineWord    = regexp.MustCompile(`([a-z]+)="([^"]*)"|(\S+)`)
	ruleName      = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]*$`)
)

// InlineExceptions reads the exceptions that a file grants in its own comments:
//
//	# assure:except RULE... until=2027-01-31 reason="why" [owner=who]
//
// One behind a value covers its line. One on a line of its own covers the next line that
// is no comment, and in YAML all that is nested below that line, unless it is a top-level
// key; above everything else in the file, it also covers the file as a whole. Entries that cannot be understood accept nothing and are returned as gaps.
func InlineExceptions(name string, data []byte) (list []Exception, unreadable []finding.Gap) {
	if !strings.Contains(string(data), inlineMark) {
		return nil, nil
	}
	lines := strings.Split(string(data), "\n")
	for i, line := range lines {
		line = strings.TrimRight(line, "\r")
		m := inlineComment.FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		e, rules, err := inlineEntry(submatch(line, m, 2))
		e.Path, e.Location = name, commentRegion(name, line, i+1, m[2])
		if e.Lines = inlineLines(name, lines, i, strings.TrimSpace(line[:m[2]]) == ""); err == nil && e.Lines == (Lines{}) {
			err = fmt.Errorf("nothing follows that it could be about")
		}
		if err == nil && len(list)+len(rules) > maxInline {
			err = fmt.Errorf("the file holds more than %d exceptions", maxInline)
		}
		if err != nil {
			unreadable = append(unreadable, finding.Gap{Location: e.Location, Message: fmt.Sprintf(
				`exception in a comment: %v; write # %s RULE until=2027-01-31 reason="why"`, err, inlineMark)})
			continue
		}
		for _, rule := range rules {
			e.Rule = rule
			list = append(list, e)
		}
	}
	return list, unreadable
}

func submatch(s string, m []int, n int) string {
	if m[2*n] < 0 {
		return ""
	}
	return s[m[2*n]:m[2*n+1]]
}

// inlineEntry reads what follows the mark.
func inlineEntry(text string) (e Exception, rules []string, err error) {
	e.Source = InlineSource
	for _, w := range inlineWord.FindAllStringSubmatch(text, -1) {
		name, value := w[1], w[2]
		if bare, v, ok := strings.Cut(w[3], "="); ok {
			name, value = bare, v
		}
		switch {
		case strings.Contains(value, `"`):
			err = fmt.Errorf("the quotes of %s are not closed", name)
		case name == "" && ruleName.MatchString(w[3]):
			rules = append(rules, w[3])
		case name == "until":
			err = e.Expires.UnmarshalText([]byte(value))
		case name == "reason":
			e.Reason = strings.TrimSpace(value)
		case name == "owner":
			e.Owner = value
		default:
			err = fmt.Errorf("%q is not understood", w[0])
		}
		if err != nil {
			return e, nil, err
		}
	}
	for _, rule := range rules {
		if refusal := gap.Refusal(rule); refusal != "" {
			return e, nil, errors.New(refusal)
		}
	}
	switch {
	case len(rules) == 0:
		return e, nil, fmt.Errorf("it names no rule")
	case e.Expires.IsZero():
		return e, nil, fmt.Errorf("it has no last day (until)")
	case e.Reason == "":
		return e, nil, fmt.Errorf("it has no reason")
	}
	return e, rules, nil
}

// commentRegion is the comment from its sign, a byte offset, to the end of the line.
func commentRegion(name, line string, row, at int) finding.Location {
	return finding.Location{URI: name, Region: finding.Region{
		StartLine: row, StartColumn: utf8.RuneCountInString(line[:at]) + 1,
		EndLine: row, EndColumn: utf8.RuneCountInString(line) + 1,
	}}
}

// inlineLines are the lines that a comment in line i covers; none when nothing follows.
func inlineLines(name string, lines []string, i int, alone bool) Lines {
	if !alone {
		return Lines{i + 1, i + 1}
	}
	first := i + 1
	for first < len(lines) && skipped(lines[first]) {
		first++
	}
	if first == len(lines) || lines[first] == "---" {
		return Lines{}
	}
	last := first
	if nests(name, lines[first]) {
		for n := first + 1; n < len(lines) && (skipped(lines[n]) || indent(lines[n]) > indent(lines[first])); n++ {
			if !skipped(lines[n]) {
				last = n
			}
		}
	}
	if !slices.ContainsFunc(lines[:i], func(line string) bool { return !skipped(line) }) {
		return Lines{1, last + 1}
	}
	return Lines{first + 1, last + 1}
}

// nests reports whether what is below a line belongs to it: in YAML, unless it is a
// top-level key, below which half the file may stand.
func nests(name, line string) bool {
	ext := path.Ext(name)
	return (ext == ".yml" || ext == ".yaml") && (indent(line) > 0 || strings.HasPrefix(line, "- "))
}

// skipped lines are blank or hold nothing but a comment.
func skipped(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//")
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }
