package source

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
)

// text is a file's content with its line starts, counted in two ways: as editors and
// GitHub count (line feeds only), and as YAML 1.1 does (also CR, NEL, LS and PS).
type text struct {
	data        []byte
	lines, yaml []int
}

func newText(data []byte) *text {
	t := &text{data: data}
	start := 0
	if bytes.HasPrefix(data, []byte(bom)) {
		start = len(bom)
	}
	t.lines, t.yaml = append(t.lines, start), append(t.yaml, start)
	for i := start; i < len(data); {
		w := breakWidth(data[i:])
		if w == 0 {
			i++
			continue
		}
		i += w
		t.yaml = append(t.yaml, i)
		if data[i-1] == '\n' {
			t.lines = append(t.lines, i)
		}
	}
	return t
}

const bom = "\uFEFF"

// breakWidth is the number of bytes of the YAML line break that b begins with.
func breakWidth(b []byte) int {
	switch {
	case b[0] == '\n':
		return 1
	case b[0] == '\r' && len(b) > 1 && b[1] == '\n':
		return 2
	case b[0] == '\r':
		return 1
	case bytes.HasPrefix(b, []byte("\u0085")):
		return 2
	case bytes.HasPrefix(b, []byte("\u2028")), bytes.HasPrefix(b, []byte("\u2029")):
		return 3
	}
	return 0
}

// yamlOffset is the byte offset of the parser's line and column.
func (t *text) yamlOffset(line, col int) int { return offset(t.data, t.yaml, line, col) }

// Offset is the byte offset of a line and column as regions count them: from 1, in
// code points, line feeds only. Places beyond the text yield its end.
func Offset(data []byte, line, col int) int {
	return offset(data, newText(data).lines, line, col)
}

func offset(data []byte, starts []int, line, col int) int {
	if line < 1 {
		return starts[0]
	}
	if line > len(starts) {
		return len(data)
	}
	at, end := starts[line-1], len(data)
	if line < len(starts) {
		end = starts[line]
	}
	for ; col > 1 && at < end; col-- {
		_, w := utf8.DecodeRune(data[at:end])
		at += w
	}
	return at
}

// region is the stretch from start to end, byte offsets.
func (t *text) region(start, end int) finding.Region {
	var r finding.Region
	r.StartLine, r.StartColumn = t.position(start)
	r.EndLine, r.EndColumn = t.position(max(start, end))
	return r
}

func (t *text) position(off int) (line, col int) {
	off = min(max(off, t.lines[0]), len(t.data))
	line = sort.SearchInts(t.lines, off+1)
	return line, utf8.RuneCount(t.data[t.lines[line-1]:off]) + 1
}

// lineEnd is the offset where the line of off ends, without trailing blanks.
func (t *text) lineEnd(off int) int {
	end := len(t.data)
	if i := bytes.IndexByte(t.data[off:], '\n'); i >= 0 {
		end = off + i
	}
	return off + len(bytes.TrimRight(t.data[off:end], " \t\r"))
}

// node is the region of a node: all of a scalar, the first line of a collection.
func (t *text) node(n *yaml.Node) finding.Region {
	start := t.yamlOffset(n.Line, n.Column)
	switch n.Kind {
	case yaml.ScalarNode:
		start = t.skipProperties(start, n)
		return t.region(start, t.scalarEnd(start, n))
	case yaml.AliasNode:
		return t.region(start, start+1+len(n.Value))
	}
	return t.region(start, t.firstLineEnd(start, n))
}

// firstLineEnd is the end of the last scalar of a collection that stands wholly on
// the collection's first line, so that comments stay out.
func (t *text) firstLineEnd(start int, n *yaml.Node) int {
	line, end := n.Line, min(start+1, len(t.data))
	var visit func(*yaml.Node) bool
	visit = func(c *yaml.Node) bool {
		if c.Line > line {
			return false
		}
		if c.Kind == yaml.ScalarNode || c.Kind == yaml.AliasNode {
			r := t.node(c)
			if off := offset(t.data, t.lines, r.EndLine, r.EndColumn); r.EndLine == r.StartLine {
				end = max(end, off)
			}
		}
		for _, child := range c.Content {
			if !visit(child) {
				return false
			}
		}
		return true
	}
	for _, child := range n.Content {
		if !visit(child) {
			break
		}
	}
	return end
}
