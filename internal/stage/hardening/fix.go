package hardening

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/source"
)

// fixer turns changes of a document into byte splices of one file. It never
// re-encodes: every splice is applied to a copy and parsed again, and is offered only
// when the file then says exactly what was intended.
type fixer struct {
	name   string
	data   []byte
	docs   []*source.Doc
	values []any
	// left is how many more bytes may be parsed to check splices.
	left int
}

// Bounds of the search for fixes in one file: hostile files hold thousands of findings.
const (
	maxFixFile  = 256 << 10
	maxFixBytes = 16 << 20
)

// newFixer reads a file, nil when it cannot be mended.
func newFixer(p *plan.Plan, name string) *fixer {
	if p.Tree == nil {
		return nil
	}
	data, err := p.Tree.Read(name, maxFixFile)
	if err != nil {
		return nil
	}
	f := &fixer{name: name, data: data, left: maxFixBytes}
	if f.docs, f.values, err = parseAll(name, data); err != nil {
		return nil
	}
	return f
}

func parseAll(name string, data []byte) ([]*source.Doc, []any, error) {
	docs, err := source.Parse(name, data)
	if err != nil {
		return nil, nil, fmt.Errorf("parse: %w", err)
	}
	var values []any
	for _, d := range docs {
		v, err := d.Value()
		if err != nil {
			return nil, nil, fmt.Errorf("decode: %w", err)
		}
		values = append(values, v)
	}
	return docs, values, nil
}

// fix finds the splice for a change whose value the document's locator sees at the
// given place; nil when none gives exactly that change.
func (f *fixer) fix(c policy.Change, at finding.Location) *finding.Fix {
	for i, d := range f.docs {
		loc, grade := d.Locate(c.Path)
		if loc != at {
			continue
		}
		for _, e := range f.edits(d, f.values[i], c, loc.Region, grade) {
			if f.gives(i, e, c) {
				return &finding.Fix{Description: describe(c), Safe: c.Safe, Edits: []finding.Edit{e}}
			}
		}
	}
	return nil
}

// gives tells whether the splice turns the file into what the change asks for.
func (f *fixer) gives(doc int, e finding.Edit, c policy.Change) bool {
	if f.left -= len(f.data); f.left < 0 {
		return false
	}
	text := string(f.data[:e.Start]) + e.Text + string(f.data[e.End:])
	_, after, err := parseAll(f.name, []byte(text))
	if err != nil {
		return false
	}
	want := append([]any{}, f.values...)
	want[doc] = changed(f.values[doc], c.Path, c)
	return reflect.DeepEqual(normal(want), normal(after))
}

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
func (f *fixer) extend(d *source.Doc, value any, c policy.Change) []finding.Edit {
	items := list(lookup(value, c.Path))
	if len(items) == 0 {
		return nil
	}
	last, _ := d.Locate(under(c.Path, len(items)-1))
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
func (f *fixer) insert(value any, c policy.Change, at finding.Region) []finding.Edit {
	n := len(c.Path) - 1
	for n > 0 && lookup(value, c.Path[:n]) == nil {
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
	rest := string(f.data[f.line(n):])
	return rest[:len(rest)-len(strings.TrimLeft(rest, " "))]
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

// changed is a copy of v with the change made.
func changed(v any, path []any, c policy.Change) any {
	switch step := path[0].(type) {
	case string:
		out := map[string]any{}
		for k, item := range object(v) {
			out[k] = item
		}
		if c.Op == "remove" && len(path) == 1 {
			delete(out, step)
		} else {
			out[step] = next(out[step], path, c)
		}
		return out
	case int:
		out := append([]any{}, list(v)...)
		if step >= len(out) {
			return v
		}
		if c.Op == "remove" && len(path) == 1 {
			return append(out[:step], out[step+1:]...)
		}
		out[step] = next(out[step], path, c)
		return out
	}
	return v
}

func next(v any, path []any, c policy.Change) any {
	switch {
	case len(path) > 1:
		return changed(v, path[1:], c)
	case c.Op == "append":
		return append(append([]any{}, list(v)...), c.Value)
	}
	return c.Value
}

// normal brings both sides to JSON's types.
func normal(v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		return err
	}
	return out
}

func describe(c policy.Change) string {
	switch c.Op {
	case "remove":
		return "remove " + key(c.Path)
	case "append":
		return fmt.Sprintf("add %v to %s", c.Value, key(c.Path))
	}
	return fmt.Sprintf("set %s to %s", key(c.Path), scalars(c.Value)[0])
}
