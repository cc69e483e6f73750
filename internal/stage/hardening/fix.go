package hardening

import (
	"fmt"
	"reflect"

	"github.com/stella-ops/assure/internal/finding"
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

// newFixer parses a file, nil when it cannot be fixed.
func newFixer(name string, data []byte) *fixer {
	f := &fixer{name: name, data: data, left: maxFixBytes}
	var err error
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
	if f.left < 0 {
		return nil
	}
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

// gives reports whether the splice turns the file into what the change asks for.
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

func describe(c policy.Change) string {
	switch c.Op {
	case "remove":
		return "remove " + key(c.Path)
	case "append":
		return fmt.Sprintf("add %v to %s", c.Value, key(c.Path))
	}
	return fmt.Sprintf("set %s to %s", key(c.Path), scalars(c.Value)[0])
}
