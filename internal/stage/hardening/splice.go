package hardening

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// edits are the splices worth trying, best first.
func (f *fixer) edits(d *source.Doc, value any, c policy.Change, at finding.Region, grade source.Grade) []finding.Edit {
	switch {
	case c.Op == "remove":
		return f.deleteLine(at)
	case grade == source.Parent:
		return f.insert(value, c, at)
	case c.Op == "append":
		return f.extend(d, value, c)
	default:
		return f.replace(c.Value, at)
	}
}

func (f *fixer) replace(v any, at finding.Region) []finding.Edit {
	start := source.Offset(f.data, at.StartLine, at.StartColumn)
	end := source.Offset(f.data, at.EndLine, at.EndColumn)
	var out []finding.Edit
	for _, s := range scalars(v) {
		out = append(out, finding.Edit{Start: start, End: end, Text: s})
	}
	return out
}

func (f *fixer) deleteLine(at finding.Region) []finding.Edit {
	if at.StartLine != at.EndLine {
		return nil
	}
	return []finding.Edit{{Start: f.line(at.StartLine), End: f.line(at.StartLine + 1)}}
}

// extend adds an item after the last one of a list, in block or flow style.
func (f *fixer) extend(d *source.Doc, val any, c policy.Change) []finding.Edit {
	items := value.List(value.Lookup(val, c.Path))
	if len(items) == 0 {
		return nil
	}
	last, _ := d.Locate(value.Under(c.Path, len(items)-1))
	indent := f.indent(last.Region.StartLine)
	next := f.line(last.Region.EndLine + 1)
	end := source.Offset(f.data, last.Region.EndLine, last.Region.EndColumn)
	var out []finding.Edit
	for _, s := range scalars(c.Value) {
		out = append(out, finding.Edit{Start: next, End: next, Text: f.newline(next) + indent + "- " + s + "\n"},
			finding.Edit{Start: end, End: end, Text: ", " + s})
	}
	return out
}

// insert adds what is missing of the path below its nearest existing ancestor: below
// the ancestor's key, or beside the first key of a list item.
func (f *fixer) insert(val any, c policy.Change, at finding.Region) []finding.Edit {
	n := len(c.Path) - 1
	for n > 0 && value.Lookup(val, c.Path[:n]) == nil {
		n--
	}
	next := f.line(at.StartLine + 1)
	v := c.Value
	if c.Op == "append" {
		v = []any{v}
	}
	var out []finding.Edit
	for _, indent := range []string{f.indent(at.StartLine + 1), strings.Repeat(" ", at.StartColumn-1)} {
		for _, s := range scalars(v) {
			text, ok := nested(c.Path[n:], indent, s)
			if ok {
				out = append(out, finding.Edit{Start: next, End: next, Text: f.newline(next) + text})
			}
		}
	}
	return out
}

// nested renders keys one below the other, the last with the scalar.
func nested(keys []any, indent, scalar string) (string, bool) {
	var b strings.Builder
	for i, k := range keys {
		key, ok := k.(string)
		if !ok {
			return "", false
		}
		b.WriteString(indent + scalars(key)[0] + ":")
		if i == len(keys)-1 {
			b.WriteString(" " + scalar)
		}
		b.WriteString("\n")
		indent += "  "
	}
	return b.String(), true
}

// line is the offset at which a line starts.
func (f *fixer) line(n int) int { return source.Offset(f.data, n, 1) }

// newline is what must precede a new line at off: the last one may lack its end.
func (f *fixer) newline(off int) string {
	if off > 0 && f.data[off-1] != '\n' {
		return "\n"
	}
	return ""
}

func (f *fixer) indent(n int) string {
	rest := f.data[f.line(n):]
	return string(rest[:len(rest)-len(bytes.TrimLeft(rest, " "))])
}

var plainScalar = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9_./:=,-]*$`)

// scalars are the spellings of a value in YAML, the plain one first when there is one.
func scalars(v any) []string {
	if items, ok := v.([]any); ok {
		var parts []string
		for _, item := range items {
			parts = append(parts, scalars(item)[0])
		}
		return []string{"[" + strings.Join(parts, ", ") + "]"}
	}
	quoted, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	if s, ok := v.(string); ok && plainScalar.MatchString(s) {
		return []string{s, string(quoted)}
	}
	return []string{string(quoted)}
}
