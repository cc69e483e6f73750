package configfile

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// withParts reads like read, and lets a path end in two numbers below a scalar: the
// start and end, in bytes, of a part of its text.
func withParts(read func(Input) (any, source.Locator, error)) func(Input) (any, source.Locator, error) {
	return func(in Input) (any, source.Locator, error) {
		content, at, err := read(in)
		if doc, ok := at.(*source.Doc); ok {
			at = parts{doc, in.Data}
		}
		return content, at, err
	}
}

type parts struct {
	doc  *source.Doc
	data []byte
}

// Locate implements source.Locator.
func (p parts) Locate(path []any) (finding.Location, source.Grade) {
	if n := len(path); n > 2 {
		from, ok1 := source.Index(path[n-2])
		to, ok2 := source.Index(path[n-1])
		if ok1 && ok2 {
			if at, ok := p.part(path[:n-2], from, to); ok {
				return at, source.Exact
			}
			at, _ := p.doc.Locate(path[:n-2])
			return at, source.Item
		}
	}
	return p.doc.Locate(path)
}

// part finds text[from:to] of the scalar at the path: as many occurrences of the same
// text precede it in the file as in the value. One that YAML breaks into lines or
// writes with escapes is not found.
func (p parts) part(path []any, from, to int) (finding.Location, bool) {
	n := child(p.doc.Root)
	for _, step := range path {
		_, v := source.Child(n, step)
		if n = source.Deref(v); n == nil {
			return finding.Location{}, false
		}
	}
	at := finding.Location{URI: p.doc.Name, Region: p.doc.Region(n)}
	if n.Kind != yaml.ScalarNode || from < 0 || from >= to || to > len(n.Value) {
		return at, false
	}
	r := at.Region
	base, end := source.Offset(p.data, r.StartLine, r.StartColumn), source.Offset(p.data, r.EndLine, r.EndColumn)
	want := n.Value[from:to]
	off := base
	for range strings.Count(n.Value[:from+len(want)-1], want) + 1 {
		i := strings.Index(string(p.data[min(off, end):end]), want)
		if i < 0 {
			return at, false
		}
		off += i + len(want)
	}
	at.Region = regionOf(p.data, off-len(want), off)
	return at, true
}

// regionOf is the region of data[from:to]: lines and columns from 1, columns in code
// points.
func regionOf(data []byte, from, to int) finding.Region {
	line, col := position(data, from)
	endLine, endCol := position(data, to)
	return finding.Region{StartLine: line, StartColumn: col, EndLine: endLine, EndColumn: endCol}
}

func position(data []byte, off int) (line, col int) {
	before := string(data[:off])
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, len([]rune(strings.TrimPrefix(before[start:], "\ufeff"))) + 1
}
