package plan

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

var (
	// exceptMark is a comment that accepts findings:
	// # assure:except RULE[,RULE] until=2027-01-31 reason="..." owner=...
	exceptMark  = regexp.MustCompile(`(?:^|\s)#\s*assure:except(?:\s+(.*))?$`)
	exceptField = regexp.MustCompile(`^([a-z]+)=("[^"]*"|\S+)\s*`)
	exceptRule  = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._/-]*(?:,[A-Za-z0-9][A-Za-z0-9._/-]*)*)\s*`)
)

// maxExceptions bounds the comments of one file.
const maxExceptions = 500

// exceptions adds the comments of judged files that accept findings. One that cannot be
// read accepts nothing, and is a problem.
func (b *builder) exceptions() {
	for _, name := range b.plan.commented() {
		data, err := b.tree.Read(name, source.MaxFileBytes)
		if err != nil {
			continue // reported where the file is read
		}
		found, errs := ParseExceptions(name, data)
		b.plan.Exceptions = append(b.plan.Exceptions, found...)
		for _, err := range errs {
			b.fault(name, err, "hardening")
		}
	}
}

// commented are the files whose comments count: everything that is judged but prose,
// which may explain the comment.
func (p *Plan) commented() []string {
	var names []string
	for _, d := range p.Documents {
		names = append(names, d.Files...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// BaseExceptions are the comments that the same files have in another tree.
func (p *Plan) BaseExceptions(base *source.Tree) []config.Exception {
	var out []config.Exception
	for _, name := range p.commented() {
		if data, err := base.Read(name, source.MaxFileBytes); err == nil {
			found, _ := ParseExceptions(name, data)
			out = append(out, found...)
		}
	}
	return out
}

// ParseExceptions reads the comments of one file. Each holds for its own line, or, on a
// line of its own, for the next line with all that is indented below it.
func ParseExceptions(name string, data []byte) (found []config.Exception, errs []error) {
	if !strings.Contains(string(data), "assure:except") || !utf8.Valid(data) {
		return nil, nil
	}
	lines := strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")
	for i, line := range lines {
		m := exceptMark.FindStringSubmatchIndex(line)
		if m == nil || len(found) >= maxExceptions {
			continue
		}
		text := ""
		if m[2] >= 0 {
			text = line[m[2]:m[3]]
		}
		at := lineOf(name, i, line)
		e, rules, err := readException(text)
		if err != nil {
			errs = append(errs, &source.Error{Location: at, Message: err.Error()})
			continue
		}
		e.Path, e.Location = name, at
		e.First, e.Last, e.Anchor = scope(lines, i, strings.TrimSpace(line[:m[0]]) == "")
		for _, e.Rule = range rules {
			found = append(found, e)
		}
	}
	return found, errs
}

// readException reads what stands behind the mark.
func readException(text string) (e config.Exception, rules []string, err error) {
	text = strings.TrimSpace(text)
	m := exceptRule.FindStringSubmatch(text)
	if m == nil || strings.Contains(m[0], "=") || strings.HasPrefix(text[len(m[1]):], "=") {
		return e, nil, errors.New(`assure:except names no rule; write # assure:except RULE until=2027-01-31 reason="..."`)
	}
	rules = strings.Split(m[1], ",")
	for text = text[len(m[0]):]; text != ""; {
		f := exceptField.FindStringSubmatch(text)
		if f == nil {
			return e, nil, fmt.Errorf("assure:except has %.40q where a field such as until= or reason= belongs", text)
		}
		text = text[len(f[0]):]
		value := strings.Trim(f[2], `"`)
		switch f[1] {
		case "until":
			err = e.Expires.UnmarshalText([]byte(value))
		case "reason":
			e.Reason = value
		case "owner":
			e.Owner = value
		default:
			err = fmt.Errorf("assure:except knows no field %s; it has until, reason and owner", f[1])
		}
		if err != nil {
			return e, nil, err
		}
	}
	if strings.TrimSpace(e.Reason) == "" || e.Expires.IsZero() {
		return e, nil, errors.New(`assure:except needs until=2027-01-31 and reason="..."`)
	}
	return e, rules, nil
}

// scope are the lines, from 1, that a comment on line i, from 0, holds for, and the text
// that tells which part of the file they are: those lines' first with all that it stands
// below.
func scope(lines []string, i int, alone bool) (first, last int, anchor string) {
	for alone {
		if i++; i >= len(lines) {
			return len(lines), len(lines), ""
		}
		if t := strings.TrimSpace(lines[i]); t != "" && !strings.HasPrefix(t, "#") {
			break
		}
	}
	first, last = i+1, i+1
	if alone {
		last = blockEnd(lines, i)
	}
	parts := []string{}
	for depth, j := indentOf(lines[i])+1, i; j >= 0 && depth > 0; j-- {
		if t := strings.TrimSpace(lines[j]); t != "" && !strings.HasPrefix(t, "#") && indentOf(lines[j]) < depth {
			depth = indentOf(lines[j])
			parts = append(parts, exceptMark.ReplaceAllString(t, ""))
		}
	}
	return first, last, strings.Join(parts, "\n")
}

// blockEnd is the last line, from 1, of what is indented below line i.
func blockEnd(lines []string, i int) int {
	last := i + 1
	for j := i + 1; j < len(lines); j++ {
		if t := strings.TrimSpace(lines[j]); t == "" || strings.HasPrefix(t, "#") {
			continue
		}
		if indentOf(lines[j]) <= indentOf(lines[i]) {
			break
		}
		last = j + 1
	}
	return last
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }

// lineOf is the text of line i, from 0, as a place.
func lineOf(name string, i int, line string) finding.Location {
	start := utf8.RuneCountInString(line[:indentOf(line)]) + 1
	end := start + max(1, utf8.RuneCountInString(strings.TrimSpace(line)))
	return finding.Location{URI: name, Region: finding.Region{StartLine: i + 1, StartColumn: start, EndLine: i + 1, EndColumn: end}}
}
